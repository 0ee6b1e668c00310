// rapidjson.cpp: RapidJSON with its own pool, which is its default, with malloc, and with pond.
#include <pond/pond.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/writer.h>

#include <cerrno>
#include <new>
#include <pond/pool.hpp>
#include <stdexcept>

#include "contenders.hpp"

namespace json {
namespace {

/// A pool as RapidJSON's concept of an allocator has it: what it does not free by itself is not
/// freed one by one (kNeedFree), so a document's destructor has nothing to do.
// NOLINTBEGIN(readability-identifier-naming): the names are the concept's.
class pond_allocator {
 public:
  static constexpr bool kNeedFree = false;

  /// RapidJSON makes one where none is given: with a pool of its own, which costs nothing if
  /// unused.
  pond_allocator() noexcept : pool_(&own_) {}
  explicit pond_allocator(pond::pool &from) noexcept : pool_(&from) {}
  pond_allocator(const pond_allocator &) = delete;
  pond_allocator &operator=(const pond_allocator &) = delete;

  void *Malloc(std::size_t size) { return pool_->allocate(size, RAPIDJSON_ALIGN(1)); }

  /// The newest grows where it stands: an array or object whose elements need no memory.
  void *Realloc(void *p, std::size_t old_size, std::size_t new_size) {
    if (new_size == 0) return nullptr;
    void *changed = pond_resize(pool_->handle(), p, old_size, new_size);
    if (changed == nullptr) throw_failure();
    return changed;
  }

  static void Free(void *) noexcept {}

 private:
  [[noreturn]] static void throw_failure() {
    if (errno == EDQUOT) throw pond::limit_exceeded();
    throw std::bad_alloc();
  }

  pond::pool own_;
  pond::pool *pool_;
};
// NOLINTEND(readability-identifier-naming)

template <class Allocator>
using document = rapidjson::GenericDocument<rapidjson::UTF8<>, Allocator>;

template <class Allocator>
void parse_into(document<Allocator> &d, std::string_view text) {
  d.Parse(text.data(), text.size());
  if (d.HasParseError()) throw std::runtime_error(rapidjson::GetParseError_En(d.GetParseError()));
}

/// How a document is parsed with each kind of memory; what is done with it, before it goes.
template <class Allocator>
struct of_its_own {
  template <class Use>
  static auto parsed(std::string_view text, Use use) {
    document<Allocator> d;
    parse_into(d, text);
    return use(d);
  }
};
struct in_its_pool {
  using memory_pool = rapidjson::MemoryPoolAllocator<>;
  template <class Use>
  static auto parsed(std::string_view text, Use use) {
    memory_pool memory(first_block);
    document<memory_pool> d(&memory);
    parse_into(d, text);
    return use(d);
  }
};
struct in_pool : on_pond<in_pool> {
  template <class Use>
  static auto parsed_in(pond::pool &pool, std::string_view text, Use use) {
    pond_allocator memory(pool);
    document<pond_allocator> d(&memory);
    parse_into(d, text);
    return use(d);
  }
};

template <class Memory>
contender entry(const char *name) {
  return {"RapidJSON", name,
          [](std::string_view text) { Memory::parsed(text, [](const auto &) {}); },
          [](std::string_view text) {
            return Memory::parsed(text, [](const auto &d) {
              rapidjson::StringBuffer written;
              rapidjson::Writer<rapidjson::StringBuffer> writer(written);
              d.Accept(writer);
              return std::string(written.GetString(), written.GetSize());
            });
          }};
}

}  // namespace

std::vector<contender> rapidjson_contenders() {
  using rapidjson::CrtAllocator;
  contender pond = entry<in_pool>("pond");
  pond.fits = in_pool::fits;
  return {entry<of_its_own<rapidjson::MemoryPoolAllocator<>>>("default: pool"),
          entry<in_its_pool>("pool"), entry<of_its_own<CrtAllocator>>("malloc"), pond};
}

}  // namespace json
