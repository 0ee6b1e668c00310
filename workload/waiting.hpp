// waiting.hpp: a coroutine that waits, whatever its frame is in.
#ifndef POND_WORKLOAD_WAITING_HPP
#define POND_WORKLOAD_WAITING_HPP

#include <coroutine>
#include <pond/coroutine.hpp>

namespace workload {

/// `Frame` is pond::frame_in_pool, or nothing for operator new's. Whoever has it destroys it.
template <class Frame>
struct waiting {
  struct promise_type : Frame {
    waiting get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
  std::coroutine_handle<promise_type> coroutine;
};

/// Out of line, or a compiler would see that it ends in its caller, and ask for no memory.
template <class Frame>
[[gnu::noinline]] waiting<Frame> wait_in(pond::pool & /*pool*/) {
  co_return;
}

}  // namespace workload

#endif
