#include "side.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "allowed.hpp"

namespace differential {
namespace {

#if (NGX_DEBUG_PALLOC)
constexpr bool everything_is_large = true;
#else
constexpr bool everything_is_large = false;
#endif

/// Everything, as with error_log ... debug; down to nothing at all.
constexpr ngx_uint_t everything = 0x7ffffff0;

constexpr std::size_t packed_size_for_cleanups = 24;
constexpr std::size_t cleanups_that_allocate = 3;  // every so many

const char *answer(ngx_int_t of_pfree) { return of_pfree == NGX_OK ? "ok" : "declined"; }

}  // namespace

side::side(const implementation &of, const script &runs, fresh_memory &memory)
    : of_(of),
      script_(runs),
      memory_(memory),
      pools_(runs.work.pools),
      logs_{recorded_log("everything", everything), recorded_log("alert", NGX_LOG_ALERT),
            recorded_log("nothing", 0), recorded_log("crit", NGX_LOG_CRIT)} {}

// --- Names, and what is written down ------------------------------------------------------------

void side::name(pool_record &r, const void *p, const char *what) {
  r.names[p] = fmt::format("{} {}", what, ++r.named);
}

void side::write_log_down(pool_record &r, bool refused) {
  const auto name_of = [&r](const void *p) {
    const auto found = r.names.find(p);
    return p == nullptr ? "null" : found != r.names.end() ? found->second : "somewhere";
  };
  const std::size_t from = seen_.size();
  for (const log_line &line : take_lines()) {
    const bool returned = !line.pointers.empty() && (r.names.contains(line.pointers.front()) ||
                                                     (refused && line.pointers[0] == nullptr));
    if (allowed::is_of_a_block_or_an_empty_node(line, returned)) continue;
    if (!line.pointers.empty() && name_of(line.pointers.front()) == array_name) continue;
    saw(written_out(line, name_of));
  }
  const auto begin = std::find_if(seen_.begin() + static_cast<std::ptrdiff_t>(from), seen_.end(),
                                  allowed::order_is_free);
  std::sort(begin, std::find_if_not(begin, seen_.end(), allowed::order_is_free));
  for (const void *p : std::exchange(r.expired, {})) r.names.erase(p);
}

std::string side::cleanup_name(const ngx_pool_cleanup_t &c) const {
  if (c.handler == nullptr) return "-";
  if (c.handler == ran) return fmt::format("note {}", static_cast<note *>(c.data)->number);
  if (c.handler == of_.cleanup_file || c.handler == of_.delete_file) {
    const auto *file = static_cast<ngx_pool_cleanup_file_t *>(c.data);
    return fmt::format("{} {}", c.handler == of_.delete_file ? "delete" : "close", file->fd);
  }
  return fmt::format("token {}", tokens_.at(c.data));
}

void side::write_cleanups_down(const pool_record &r) {
  std::string list = "cleanups:";
  for (const ngx_pool_cleanup_t *c = r.pool->cleanup; c != nullptr; c = c->next) {
    list += ' ' + cleanup_name(*c) + ',';
  }
  saw(std::move(list));
}

void side::ran(void *data) {
  const note &n = *static_cast<note *>(data);
  n.self->saw(fmt::format("note {} runs", n.number));
  if (n.number % cleanups_that_allocate != 0) return;
  n.self->name(*n.record, n.self->of_.pnalloc(n.record->pool, packed_size_for_cleanups), "more");
}

// --- Operations ---------------------------------------------------------------------------------

void side::create(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  r = {};
  r.pool = of_.create(o.size, logs_.data());
  name(r, r.pool, "pool");
  write_log_down(r);
  saw(fmt::format("pool of {}: max {}", o.size, r.pool->max));
  allowed::end_is_aligned(of_, r.pool);
}

void side::destroy(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  if (script_.interrogates && step_ % 2 == 0) interrogate(r);
  of_.destroy(r.pool);
  saw("destroyed");
  write_log_down(r);
  r = {};
}

void side::reset(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  r.pool->log = logs_.data();  // it may have been in the pool
  allowed::cleanups_run_at_reset(of_, r.pool);
  of_.reset(r.pool);
  saw(fmt::format("reset: chain {}", static_cast<void *>(r.pool->chain)));
  r.names.erase(nullptr);
  write_log_down(r);
  ngx_pool_t *pool = r.pool;
  r = {};
  r.pool = pool;
  name(r, pool, "pool");
}

/// What is large can be seen by ngx_pfree alone.
void side::interrogate(pool_record &r) {
  for (const allocation &a : std::exchange(r.all, {})) saw(answer(give_back(r, a.p)));
}

void *side::note_allocation(pool_record &r, void *p, std::size_t size, bool always_large) {
  name(r, p, "allocation");
  saw(fmt::format("{} of {}", p != nullptr ? "allocated" : "no memory", size));
  write_log_down(r);
  r.all.push_back({p, size <= r.pool->max && !always_large && !everything_is_large});
  return p;
}

void *side::aligned(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  return note_allocation(r, of_.palloc(r.pool, o.size), o.size, false);
}

void *side::packed(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  return note_allocation(r, of_.pnalloc(r.pool, o.size), o.size, false);
}

void *side::zeroed(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  return note_allocation(r, of_.pcalloc(r.pool, o.size), o.size, false);
}

void *side::overaligned(const workload::operation &o) {
  pool_record &r = pools_[o.pool];
  return note_allocation(r, of_.pmemalign(r.pool, o.size, o.alignment), o.size, true);
}

void *side::large(const workload::operation &o) {
  return o.alignment > workload::malloc_alignment ? overaligned(o) : aligned(o);
}

void *side::large_zeroed(const workload::operation &o) { return zeroed(o); }

ngx_int_t side::give_back(pool_record &r, void *p) {
  const ngx_int_t result = of_.pfree(r.pool, p);
  if (result == NGX_OK) {
    r.freed.push_back(p);
    r.expired.push_back(p);
  }
  write_log_down(r);
  return result;
}

void side::free(const workload::operation &o, void *p) {
  pool_record &r = pools_[o.pool];
  const ngx_int_t result = give_back(r, p);
  saw(answer(result));
  if (result != NGX_OK) return;
  const auto found =
      std::find_if(r.all.rbegin(), r.all.rend(), [p](const allocation &a) { return a.p == p; });
  if (found != r.all.rend()) r.all.erase(std::next(found).base());
}

bool side::cleanup(const workload::operation &o, void (*handler)(void *), void *token,
                   void **data) {
  pool_record &r = pools_[o.pool];
  ngx_pool_cleanup_t *c = of_.cleanup_add(r.pool, o.size);
  saw(c != nullptr ? "cleanup added" : "no cleanup");
  if (c == nullptr) return false;
  if (c->handler != nullptr) saw("it has a handler");
  name(r, c, "cleanup");
  if (c->data != nullptr) name(r, c->data, "data");
  saw(c->data != nullptr ? "with data" : "without data");
  write_log_down(r);
  *data = c->data;
  c->handler = handler;
  c->data = token;
  tokens_[token] = tokens_.size();
  return true;
}

void side::done(const workload::operation &o) {
  const step next = script_.steps[step_++];
  pool_record &r = pools_[o.pool];
  if (r.pool == nullptr) return;
  if (next.what != extra::nothing) do_extra(r, next);
  if (next.what != extra::nothing || o.what == workload::kind::cleanup) write_cleanups_down(r);
}

}  // namespace differential
