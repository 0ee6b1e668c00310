// task.hpp: coroutines that wait for each other and for asio.
#ifndef EXAMPLES_SERVER_TASK_HPP
#define EXAMPLES_SERVER_TASK_HPP

#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include SERVER_MEMORY

/// A coroutine that begins when it is awaited or started, and resumes who awaits it at its end.
/// What leaves its body is thrown there. Its frame is in the memory::region that is its first
/// parameter: that is all that has to be said for it, in the promise's first line.
class task {
 public:
  struct promise_type : memory::frame {
    task get_return_object() { return task(handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept { return resume_awaiting(); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { thrown = std::current_exception(); }

    std::exception_ptr thrown;
    std::coroutine_handle<> awaiting = std::noop_coroutine();
  };

  task() = default;
  task(task &&other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  task &operator=(task &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  void start() { handle_.resume(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  void await_resume() const {
    if (handle_.promise().thrown) std::rethrow_exception(handle_.promise().thrown);
  }

 private:
  using handle = std::coroutine_handle<promise_type>;

  struct resume_awaiting {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle ended) noexcept {
      return ended.promise().awaiting;
    }
    void await_resume() noexcept {}
  };

  explicit task(handle created) : handle_(created) {}

  handle handle_;
};

/// Waits for an operation of asio, which has its memory from where the region says until it is
/// done: error = co_await operation(region, [&](auto done) { x.async_y(std::move(done)); }); The
/// region must not end before.
template <class Start>
class operation {
 public:
  operation(memory::region &region, Start start) : region_(region), start_(start) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    start_(completion(*this));
  }
  [[nodiscard]] boost::system::error_code await_resume() const noexcept { return error_; }

 private:
  /// What asio calls at the end, and asks for memory before: its associated allocator.
  class completion {
   public:
    using allocator_type = memory::operation_allocator;

    explicit completion(operation &of) : of_(&of) {}
    [[nodiscard]] allocator_type get_allocator() const noexcept {
      return of_->region_.get_operation_allocator();
    }
    void operator()(boost::system::error_code error = {}, std::size_t /*bytes*/ = 0) {
      of_->error_ = error;
      of_->awaiting_.resume();
    }

   private:
    operation *of_;
  };

  memory::region &region_;
  Start start_;
  std::coroutine_handle<> awaiting_;
  boost::system::error_code error_;
};

#endif
