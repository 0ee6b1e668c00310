// upstreams.hpp: upstreams for tests: one that checks what it is given back, and can be told to
// fail.
#ifndef POND_WORKLOAD_UPSTREAMS_HPP
#define POND_WORKLOAD_UPSTREAMS_HPP

#include <pond/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace workload {

/// Over the C library. Knows every allocation; given back must be exactly pointer, size and
/// alignment of one. What is given back is overwritten first, so that using it later shows.
class checking_upstream {
 public:
  checking_upstream() = default;
  checking_upstream(const checking_upstream &) = delete;
  checking_upstream &operator=(const checking_upstream &) = delete;
  ~checking_upstream();

  [[nodiscard]] pond_upstream get() { return {allocate, deallocate, this}; }

  /// The n-th call of allocate from now on fails, and with `and_later` those after it; 0: none.
  void fail_at(std::size_t n, bool and_later = false) {
    fail_at_ = n == 0 ? 0 : calls_ + n;
    and_later_ = and_later;
  }

  [[nodiscard]] std::size_t calls() const { return calls_; }
  [[nodiscard]] std::size_t held() const { return held_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  [[nodiscard]] std::size_t live() const { return live_.size(); }
  [[nodiscard]] const std::vector<std::string> &errors() const { return errors_; }
  [[nodiscard]] bool owns(const void *p) const;

 private:
  struct taken {
    std::size_t size;
    std::size_t alignment;
  };

  static void *allocate(void *self, std::size_t size, std::size_t alignment) noexcept;
  static void deallocate(void *self, void *p, std::size_t size, std::size_t alignment) noexcept;
  [[nodiscard]] bool fails() const {
    return fail_at_ != 0 && (calls_ == fail_at_ || (and_later_ && calls_ > fail_at_));
  }

  std::map<void *, taken> live_;
  std::vector<std::string> errors_;
  std::size_t calls_ = 0;
  std::size_t fail_at_ = 0;
  bool and_later_ = false;
  std::size_t held_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace workload

#endif
