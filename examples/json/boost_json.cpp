// boost_json.cpp: Boost.JSON with its default memory, its monotonic_resource, and a pool.
#include <boost/json.hpp>
#include <pond/pool.hpp>

#include "contenders.hpp"

namespace json {
namespace {

/// A pool as Boost.JSON wants it: pond::resource (pond/resource.hpp) is a
/// std::pmr::memory_resource, this one a boost::container::pmr::memory_resource. The same three
/// functions.
class boost_resource final : public boost::json::memory_resource {
 public:
  explicit boost_resource(pond::pool &from) noexcept : pool_(&from) {}

 private:
  void *do_allocate(std::size_t size, std::size_t alignment) override {
    return pool_->allocate(size, alignment);
  }
  void do_deallocate(void *p, std::size_t size, std::size_t alignment) override {
    pool_->deallocate(p, size, alignment);
  }
  bool do_is_equal(const boost::json::memory_resource &other) const noexcept override {
    const auto *same = dynamic_cast<const boost_resource *>(&other);
    return same != nullptr && same->pool_ == pool_;
  }

  pond::pool *pool_;
};

}  // namespace
}  // namespace json

/// Nobody has to give anything back: it goes with the pool. So a value's destructor need not visit
/// everything that is in it.
template <>
struct boost::json::is_deallocate_trivial<json::boost_resource> {
  static constexpr bool value = true;
};

namespace json {
namespace {

boost::json::string_view as_boost(std::string_view text) { return {text.data(), text.size()}; }

/// How a document is parsed with each kind of memory; what is done with it, before it goes.
struct by_default {
  template <class Use>
  static auto parsed(std::string_view text, Use use) {
    return use(boost::json::parse(as_boost(text)));
  }
};
struct monotonic {
  template <class Use>
  static auto parsed(std::string_view text, Use use) {
    boost::json::monotonic_resource memory(first_block);
    return use(boost::json::parse(as_boost(text), &memory));
  }
};
struct in_pool : on_pond<in_pool> {
  template <class Use>
  static auto parsed_in(pond::pool &pool, std::string_view text, Use use) {
    boost_resource memory(pool);
    return use(boost::json::parse(as_boost(text), &memory));
  }
};

template <class Memory>
contender entry(const char *name) {
  return {"Boost.JSON", name,
          [](std::string_view text) { Memory::parsed(text, [](const boost::json::value &) {}); },
          [](std::string_view text) {
            return Memory::parsed(
                text, [](const boost::json::value &v) { return boost::json::serialize(v); });
          }};
}

}  // namespace

std::vector<contender> boost_json_contenders() {
  contender pond = entry<in_pool>("pond");
  pond.fits = in_pool::fits;
  return {entry<by_default>("default"), entry<monotonic>("monotonic"), pond};
}

}  // namespace json
