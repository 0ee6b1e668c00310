// choices.hpp: where a program that nobody wrote gets its choices from.
#ifndef POND_WORKLOAD_CHOICES_HPP
#define POND_WORKLOAD_CHOICES_HPP

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace workload {

/// Choices from a generator with a seed; they never end.
class random_choices {
 public:
  explicit random_choices(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] static bool ended() { return false; }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

 private:
  std::mt19937_64 random_;
};

/// Choices from bytes, two for each; 0 when they have ended.
class byte_choices {
 public:
  explicit byte_choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ended() const { return bytes_.empty(); }
  std::size_t below(std::size_t bound) {
    std::size_t value = 0;
    for (int i = 0; i < 2 && !bytes_.empty(); ++i) {
      value = value << 8 | bytes_.front();
      bytes_ = bytes_.subspan(1);
    }
    return value % bound;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace workload

#endif
