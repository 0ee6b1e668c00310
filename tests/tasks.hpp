// tasks.hpp: coroutines for the tests of those whose frame comes from a pool.
#ifndef POND_TESTS_TASKS_HPP
#define POND_TESTS_TASKS_HPP

#include <coroutine>
#include <exception>
#include <pond/coroutine.hpp>
#include <utility>

#include "support.hpp"

namespace tasks {

/// What a task is made of whatever its frame is: lazy, awaitable, rethrows what left its body.
template <class Frame>
class basic_task {
 public:
  struct promise_type : Frame {
    basic_task get_return_object() { return basic_task(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct resume_awaiting {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
          return ended.promise().awaiting;
        }
        void await_resume() noexcept {}
      };
      return resume_awaiting{};
    }
    void return_value(int returned) { value = returned; }
    void unhandled_exception() { thrown = std::current_exception(); }

    int value = 0;
    std::exception_ptr thrown;
    std::coroutine_handle<> awaiting = std::noop_coroutine();
  };

  basic_task() = default;
  basic_task(basic_task &&other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  basic_task &operator=(basic_task &&) = delete;
  ~basic_task() {
    if (handle_) handle_.destroy();
  }

  explicit operator bool() const { return static_cast<bool>(handle_); }
  void resume() { handle_.resume(); }
  [[nodiscard]] int result() const {
    if (handle_.promise().thrown) std::rethrow_exception(handle_.promise().thrown);
    return handle_.promise().value;
  }
  int run() {
    resume();
    return result();
  }
  std::coroutine_handle<> release() { return std::exchange(handle_, {}); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  [[nodiscard]] int await_resume() const { return result(); }

 private:
  using handle = std::coroutine_handle<promise_type>;
  /// Through a volatile: a compiler that saw that a coroutine ends in its caller would not ask for
  /// memory at all.
  explicit basic_task(handle started) {
    void *volatile hidden = started.address();
    handle_ = handle::from_address(hidden);
  }
  handle handle_;
};

/// The usual one.
using task = basic_task<pond::frame_in_pool>;

/// A pool with room for some frames in its first block, in every geometry.
inline constexpr pond::options roomy = {.first_block = 4096};

/// A size for holds(), small enough for a block.
inline constexpr std::size_t some = 200;

/// A local that has to be in the frame: it is alive while the coroutine is suspended.
template <std::size_t Size>
task holds(pond::pool & /*pool*/, int seed) {
  char bytes[Size] = {};
  bytes[support::opaque(Size - 1)] = static_cast<char>(seed);
  co_await std::suspend_always();
  co_return bytes[support::opaque(Size - 1)];
}

/// What a pool hands out, beside a tool's closed bytes, is back to what it was.
inline void expect_given_back(const pond::pool &pool, const pond::stats &before) {
  EXPECT_EQ(pool.stats().large, before.large);
  if (!support::trapped) {
    EXPECT_EQ(pool.stats().used, before.used) << "the frame is not given back";
  }
}

}  // namespace tasks

#endif
