// storage.hpp: where the parser's trees go. The first is what this example is about; the others are
// there to compare it with.
#ifndef POND_EXAMPLES_EXPRESSION_STORAGE_HPP
#define POND_EXAMPLES_EXPRESSION_STORAGE_HPP

#include <deque>
#include <memory>
#include <pond/pool.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tree.hpp"

namespace expression {

/// A pool, and a scope for each attempt.
struct pool_with_scopes {
  pond::pool &pool;

  template <class T, class... Arguments>
  const node *make(Arguments &&...arguments) {
    return pool.make<T>(std::forward<Arguments>(arguments)...);
  }
  std::string_view copy(std::string_view text) { return pool.copy(text); }

  struct attempt : pond::scope {
    explicit attempt(pool_with_scopes &memory) : scope(memory.pool) {}
  };
};

/// A pool from which nothing is taken back: failed attempts stay until it ends.
struct pool_without_scopes {
  pond::pool &pool;

  template <class T, class... Arguments>
  const node *make(Arguments &&...arguments) {
    return pool.make<T>(std::forward<Arguments>(arguments)...);
  }
  std::string_view copy(std::string_view text) { return pool.copy(text); }

  struct attempt {
    explicit attempt(pool_without_scopes &) {}
    void commit() {}
  };
};

/// new and delete for each node: a list of what there is, which a failed attempt shortens.
struct heap {
  using owner = std::unique_ptr<const node, void (*)(const node *)>;
  std::vector<owner> nodes;
  std::deque<std::string> names;

  template <class T, class... Arguments>
  const node *make(Arguments &&...arguments) {
    nodes.push_back(owner(new T(std::forward<Arguments>(arguments)...),
                          [](const node *n) { delete static_cast<const T *>(n); }));
    return nodes.back().get();
  }
  std::string_view copy(std::string_view text) { return names.emplace_back(text); }

  class attempt {
   public:
    explicit attempt(heap &memory)
        : memory_(memory), nodes_(memory.nodes.size()), names_(memory.names.size()) {}
    attempt(const attempt &) = delete;
    attempt &operator=(const attempt &) = delete;
    ~attempt() {
      if (kept_) return;
      while (memory_.nodes.size() > nodes_) memory_.nodes.pop_back();
      while (memory_.names.size() > names_) memory_.names.pop_back();
    }
    void commit() { kept_ = true; }

   private:
    heap &memory_;
    std::size_t nodes_;
    std::size_t names_;
    bool kept_ = false;
  };
};

}  // namespace expression

#endif
