// numbers.hpp: small numbers for long names, used again when a name is gone.
#ifndef POND_WORKLOAD_NUMBERS_HPP
#define POND_WORKLOAD_NUMBERS_HPP

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace workload {

class numbers {
 public:
  /// A number for `name`; nothing when the name has one already.
  std::optional<std::uint32_t> add(std::uint64_t name) {
    const auto [place, added] = given_.try_emplace(name, next());
    if (!added) return std::nullopt;
    if (free_.empty()) {
      ++most_;
    } else {
      free_.pop_back();
    }
    return place->second;
  }

  [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t name) const {
    const auto place = given_.find(name);
    return place != given_.end() ? std::optional(place->second) : std::nullopt;
  }

  std::optional<std::uint32_t> remove(std::uint64_t name) {
    const auto place = given_.find(name);
    if (place == given_.end()) return std::nullopt;
    const std::uint32_t number = place->second;
    free_.push_back(number);
    given_.erase(place);
    return number;
  }

 private:
  [[nodiscard]] std::uint32_t next() const { return free_.empty() ? most_ : free_.back(); }

  std::unordered_map<std::uint64_t, std::uint32_t> given_;
  std::vector<std::uint32_t> free_;
  std::uint32_t most_ = 0;
};

}  // namespace workload

#endif
