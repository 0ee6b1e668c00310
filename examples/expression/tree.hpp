// tree.hpp: what an expression is parsed to. Values are complex: `(1, 2)` is 1 + 2i.
#ifndef POND_EXAMPLES_EXPRESSION_TREE_HPP
#define POND_EXAMPLES_EXPRESSION_TREE_HPP

#include <complex>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace expression {

using value = std::complex<double>;

/// The destructor is neither virtual nor has anything to do, and so has no node: the pool registers
/// nothing for them, and a tree of any size goes in the time of giving its blocks back.
struct node {
  [[nodiscard]] virtual value evaluate() const = 0;
  [[nodiscard]] virtual std::size_t nodes() const = 0;  // itself included

 protected:
  ~node() = default;
};

struct number final : node {
  explicit number(double v) : constant(v) {}
  [[nodiscard]] value evaluate() const override { return constant; }
  [[nodiscard]] std::size_t nodes() const override { return 1; }
  double constant;
};

/// `(real, imaginary)`
struct pair final : node {
  pair(const node *real, const node *imaginary) : first(real), second(imaginary) {}
  [[nodiscard]] value evaluate() const override {
    return first->evaluate() + value(0, 1) * second->evaluate();
  }
  [[nodiscard]] std::size_t nodes() const override { return 1 + first->nodes() + second->nodes(); }
  const node *first;
  const node *second;
};

struct negation final : node {
  explicit negation(const node *negated) : of(negated) {}
  [[nodiscard]] value evaluate() const override { return -of->evaluate(); }
  [[nodiscard]] std::size_t nodes() const override { return 1 + of->nodes(); }
  const node *of;
};

/// `left + right`, and so on.
struct operation final : node {
  operation(char how, const node *a, const node *b) : sign(how), left(a), right(b) {}
  [[nodiscard]] value evaluate() const override {
    const value a = left->evaluate();
    const value b = right->evaluate();
    switch (sign) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      default:
        return a / b;
    }
  }
  [[nodiscard]] std::size_t nodes() const override { return 1 + left->nodes() + right->nodes(); }
  char sign;
  const node *left;
  const node *right;
};

/// `name(argument)`; the name lies in the same memory as the tree.
struct call final : node {
  call(std::string_view function, const node *of) : name(function), argument(of) {}
  [[nodiscard]] value evaluate() const override {
    const value x = argument->evaluate();
    if (name == "sqrt") return std::sqrt(x);
    if (name == "abs") return std::abs(x);
    if (name == "conj") return std::conj(x);
    throw std::runtime_error("no function \"" + std::string(name) + '"');
  }
  [[nodiscard]] std::size_t nodes() const override { return 1 + argument->nodes(); }
  std::string_view name;
  const node *argument;
};

}  // namespace expression

#endif
