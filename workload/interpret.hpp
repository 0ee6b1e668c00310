// interpret.hpp: runs a program over a contender. The only loop there is: timed replays, tests and
// random programs all go through it.
//
// A contender is a class with a member for each kind of operation; those that only some can do
// (children, marks, the newest) are left out where it has none. An observer is told of each thing
// that happens: `toucher` uses the memory as a program would, `oracle` checks everything.
#ifndef POND_WORKLOAD_INTERPRET_HPP
#define POND_WORKLOAD_INTERPRET_HPP

#include <vector>

#include "workload/program.hpp"

namespace workload {

/// Touches what was allocated, one byte a cache line. What has to be zeroed the contender zeroes.
struct toucher {
  static constexpr std::size_t cache_line = 64;

  void allocated(const operation &o, void *p) const noexcept {
    auto *bytes = static_cast<volatile unsigned char *>(p);
    for (std::size_t i = 0; i < o.size; i += cache_line) bytes[i] = 1;
  }
  void freed(const operation &) const noexcept {}
  static void handler(void *) noexcept {}
  void *token(const operation &) const noexcept { return nullptr; }
  void cleanup_registered(const operation &, void *, bool) const noexcept {}
};

template <class Observer>
concept checks_everything = requires(Observer o, const operation &op) {
  o.before(op);
};

/// Knows what could not be made, so that what is about it is passed over.
template <class Observer>
concept knows_failures = requires(Observer o, const operation &op) {
  o.passes_over(op);
};

template <class Contender>
concept has_marks = requires(Contender c, const operation &o) {
  c.mark(o);
};

class interpreter {
 public:
  explicit interpreter(const program &work) : ids_(work.ids, nullptr) {}

  template <class Contender, class Observer>
  void run(const program &work, Contender &contender, Observer &observer) {
    if constexpr (has_marks<Contender> && knows_failures<Observer>) {
      observer.acts_through(contender);
    }
    for (const operation &o : work.operations) observe(o, contender, observer);
    if constexpr (knows_failures<Observer>) {
      for (const operation &o : observer.left_over()) observe(o, contender, observer);
    }
  }

 private:
  template <class Contender, class Observer>
  [[gnu::always_inline]] inline void observe(const operation &o, Contender &contender,
                                             Observer &observer) {
    if constexpr (knows_failures<Observer>) {
      if (observer.passes_over(o)) return;
    }
    if constexpr (checks_everything<Observer>) observer.before(o);
    step(o, contender, observer);
    if constexpr (checks_everything<Observer>) observer.after(o);
  }

  template <class Contender, class Observer>
  [[gnu::always_inline]] inline void step(const operation &o, Contender &c, Observer &observer) {
    switch (o.what) {
      case kind::create:
        if constexpr (has_marks<Contender> && knows_failures<Observer>) {
          return observer.created(o, c.create(o));
        } else {
          return c.create(o);
        }
      case kind::destroy:
        return c.destroy(o);
      case kind::reset:
        return c.reset(o);
      case kind::aligned:
        return observer.allocated(o, c.aligned(o));
      case kind::packed:
        return observer.allocated(o, c.packed(o));
      case kind::zeroed:
        return observer.allocated(o, c.zeroed(o));
      case kind::overaligned:
        return observer.allocated(o, c.overaligned(o));
      case kind::large:
        return observer.allocated(o, ids_[o.id] = c.large(o));
      case kind::large_zeroed:
        return observer.allocated(o, ids_[o.id] = c.large_zeroed(o));
      case kind::free:
        return free(o, c, observer);
      case kind::cleanup:
        return cleanup(o, c, observer);
      default:
        step_of_pools(o, c, observer);
    }
  }

  template <class Contender, class Observer>
  [[gnu::always_inline]] inline void cleanup(const operation &o, Contender &c, Observer &observer) {
    void *data = nullptr;
    const bool done = c.cleanup(o, Observer::handler, observer.token(o), &data);
    if constexpr (has_marks<Contender> && knows_failures<Observer>) {
      observer.cleanup_registered(o, data, done, c.newest_cleanup(o));
    } else {
      observer.cleanup_registered(o, data, done);
    }
  }

  template <class Contender, class Observer>
  [[gnu::always_inline]] inline void free(const operation &o, Contender &c, Observer &observer) {
    observer.freed(o);
    if constexpr (has_marks<Contender> && knows_failures<Observer>) {
      observer.answered(c.free(o, ids_[o.id]), ids_[o.id] != nullptr);
    } else {
      c.free(o, ids_[o.id]);
    }
  }

  /// What traces of other pools do not have.
  template <class Contender, class Observer>
  void step_of_pools(const operation &o, Contender &c, Observer &observer) {
    if constexpr (has_marks<Contender> && knows_failures<Observer>) {
      switch (o.what) {
        case kind::create_child:
          observer.created(o, c.create_child(o));
          break;
        case kind::cancel:
          if (void *handle = observer.chosen()) c.cancel(o.pool, handle);
          break;
        case kind::mark:
          observer.marked(o, c.mark(o));
          break;
        case kind::rewind:
          observer.answered(c.rewind(o, observer.open_marks(o.pool)), true);
          break;
        case kind::commit:
          observer.answered(c.commit(o, observer.open_marks(o.pool)), true);
          break;
        case kind::grow_newest:
          grow(o, c, observer);
          break;
        case kind::free_newest:
          give_back(o, observer.newest(o.pool), c, observer);
          break;
        case kind::free_any:
          give_back(o, observer.one_of(o.pool, o.size), c, observer);
          break;
        case kind::resize_any:
          resize(o, c, observer);
          break;
        case kind::busy_cleanup:
          cleanup(o, c, observer);
          break;
        default:
          step_of_life(o, c, observer);
      }
    }
  }

  template <class Contender, class Observer>
  void step_of_life(const operation &o, Contender &c, Observer &observer) {
    switch (o.what) {
      case kind::run:
        if (void *handle = observer.chosen()) c.run(o, handle);
        break;
      case kind::stale_mark:
        observer.answered(c.end_stale(o), false);
        break;
      case kind::own_descriptor:
        if (const int fd = observer.new_descriptor(o); fd >= 0) {
          observer.descriptor_owned(o, c.own_descriptor(o, fd));
        }
        break;
      case kind::close_descriptor: {
        const bool there = observer.expects_cleanups();
        observer.answered(c.close_descriptor(o, observer.chosen_descriptor()), there);
        break;
      }
      case kind::set_value: {
        void *token = observer.token(o);
        observer.value_set(o, c.set_value(o, Observer::handler, token));
        look_at_values(o, c, observer);
        break;
      }
      case kind::end_value: {
        const bool there = observer.expects_cleanups();
        observer.answered(c.end_value(o), there);
        look_at_values(o, c, observer);
        break;
      }
      case kind::adopt:
        observer.adopted(o, c.adopt(o));
        break;
      case kind::seal:
        observer.sealed(c.seal(o));
        break;
      default:
        break;
    }
  }

  template <class Contender, class Observer>
  void look_at_values(const operation &o, Contender &c, Observer &observer) {
    for (std::size_t key = 0; key < keys; ++key) observer.value_is(o, key, c.value(o, key));
  }

  template <class Contender, class Observer>
  void grow(const operation &o, Contender &c, Observer &observer) {
    const auto [p, size] = observer.newest(o.pool);
    if (p != nullptr) observer.grown(o, c.grow(o, p, size, size + o.size));
  }

  template <class Contender, class Observer>
  void resize(const operation &o, Contender &c, Observer &observer) {
    const auto [p, size] = observer.one_of(o.pool, o.other);
    if (p != nullptr) observer.resized(o, p, c.resize(o, p, size));
  }

  template <class Contender, class Observer>
  void give_back(const operation &o, std::pair<void *, std::size_t> chosen, Contender &c,
                 Observer &observer) {
    const auto [p, size] = chosen;
    if (p == nullptr) return;
    observer.given_back(o, p);
    c.give_back(o, p, size);
  }

  std::vector<void *> ids_;
};

}  // namespace workload

#endif
