// values.cpp: what a pool knows by key.
//
// A value is a cleanup that can be found: what ends it also takes it out of the list or table. So
// rewinds need no word about values, resets and destruction only give the table back.
#include <cerrno>
#include <cstring>

#include "memory.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// So many are looked through. A request has a handful: those of nginx's modules that misuse the
/// cleanup list for it. To get one costs 40 instructions, seven more for each that is looked at in
/// vain, and some 60 in a table, which needs memory (docs/costs.md).
constexpr std::size_t few_values = 8;

value **bucket_of(value_table &table, const void *key) noexcept {
  if (table.capacity == 0) return &table.few;
  return &table.buckets[home_of(key, table.capacity)];
}

void put(value_table &table, value *v) noexcept {
  value **bucket = bucket_of(table, v->key);
  v->next = *bucket;
  *bucket = v;
  ++table.count;
}

value *next_of(const value &v) noexcept { return looked_at(v.next, "a value of a pool"); }

value *find(const state &s, const void *key) noexcept {
  if (!extended(s) || s.ext->values.count == 0) return nullptr;
  value *v = *bucket_of(s.ext->values, key);
  while (v != nullptr && v->key != key) v = next_of(*v);
  return v;
}

/// Newer values of a key have to stay before older ones: each bucket is moved from its end.
void move_bucket(value_table &to, value *from) noexcept {
  value *reversed = nullptr;
  while (from != nullptr) {
    value *next = next_of(*from);
    from->next = reversed;
    reversed = from;
    from = next;
  }
  while (reversed != nullptr) {
    value *next = reversed->next;
    put(to, reversed);
    reversed = next;
  }
}

bool make_room(state &s) noexcept {
  value_table &table = s.ext->values;
  const std::size_t most = table.capacity != 0 ? table.capacity : few_values;
  if (table.count < most) return true;
  value_table grown{};
  grown.capacity = 2 * most;
  grown.bytes = sizes::multiply(grown.capacity, sizeof(value *));
  grown.buckets = static_cast<value **>(take_memory(s, grown.bytes, sizes::quantum));
  if (grown.buckets == nullptr) {
    failed(s, grown.bytes, sizes::quantum, false);
    return false;
  }
  std::memset(grown.buckets, 0, grown.capacity * sizeof(value *));
  if (table.capacity == 0) move_bucket(grown, table.few);
  for (std::size_t i = 0; i != table.capacity; ++i) move_bucket(grown, table.buckets[i]);
  free_values(s);
  table = grown;
  return true;
}

/// The cleanup of a value.
void end(void *ended) noexcept {
  const value &v = *static_cast<value *>(ended);
  value_table &table = v.pool->ext->values;
  value **link = bucket_of(table, v.key);
  for (; *link != &v; link = &(*link)->next) {
    if (next_of(**link) == nullptr) broken("a value of a pool");
  }
  *link = v.next;
  --table.count;
  if (v.handler != nullptr) v.handler(v.data);
}

}  // namespace

bool set_value(head &pool, const void *key, void *data, void (*handler)(void *)) noexcept {
  if (key == nullptr) {
    errno = EINVAL;
    return false;
  }
  if (pool.state == nullptr && !first_use(pool)) return false;
  state &s = *pool.state;
  if (refuses(s) || make_extension(pool) == nullptr || !make_room(s)) return false;
  auto *v = static_cast<value *>(allocate(pool, sizeof(value), alignof(value)));
  if (v == nullptr) return false;
  *v = {nullptr, key, data, handler, &s, on_destroy(pool, end, v)};
  if (v->cleanup == nullptr) {
    const int error = errno;
    release_sized(pool, v, sizeof(value));
    errno = error;
    return false;
  }
  put(s.ext->values, v);
  return true;
}

void *get_value(const head &pool, const void *key) noexcept {
  const value *v = is_there(pool) ? find(*pool.state, key) : nullptr;
  return v != nullptr ? v->data : nullptr;
}

bool end_value(head &pool, const void *key) noexcept {
  const value *v = is_there(pool) ? find(*pool.state, key) : nullptr;
  if (v == nullptr) return false;
  run_now(pool, v->cleanup);
  return true;
}

void free_values(state &s) noexcept {
  if (!extended(s) || s.ext->values.capacity == 0) return;
  give_memory(s, s.ext->values.buckets, s.ext->values.bytes, sizes::quantum);
  s.ext->values = {};
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
