// parser.hpp: tries one alternative after the other, and takes back what a failed one has made.
//
//     expression  term (('+' | '-') term)*
//     term        factor (('*' | '/') factor)*
//     factor      '-'* (number | pair | group | call)
//     pair        '(' expression ',' expression ')'
//     group       '(' expression ')'
//     call        name '(' expression ')'
//
// Whether a parenthesis opens a pair is seen at its comma: by then an expression has been built,
// and if there is no comma, it is built again as that of a group.
#ifndef POND_EXAMPLES_EXPRESSION_PARSER_HPP
#define POND_EXAMPLES_EXPRESSION_PARSER_HPP

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tree.hpp"

namespace expression {

/// `Memory` is where the tree goes (storage.hpp): make<T>(...), copy(text), and the type `attempt`,
/// made from the memory, which takes back what came since unless commit() was called.
template <class Memory>
class parser {
 public:
  parser(Memory &memory, std::string_view text) : memory_(memory), text_(text) {}

  /// The tree of the whole text, or std::runtime_error that says where it stops to be one.
  const node *parse() {
    const node *all = expression();
    if (all != nullptr && next() == '\0') return all;
    throw std::runtime_error("not an expression from character " + std::to_string(furthest_ + 1) +
                             " on: " + std::string(text_));
  }

  /// Nodes that were made, those of failed alternatives included.
  [[nodiscard]] std::size_t made() const { return made_; }

 private:
  using alternative = const node *(parser::*)();

  /// Parentheses inside each other, those of calls too. Each of the others is parsed twice, and so
  /// are those in it: 2 to the power of this many is what an input may cost.
  static constexpr unsigned most_nested = 16;

  /// One alternative: the tree, or null, and then nothing of it is left.
  const node *attempt(alternative chosen) {
    const std::size_t from = position_;
    typename Memory::attempt undo(memory_);
    if (const node *parsed = (this->*chosen)()) {
      undo.commit();
      return parsed;
    }
    position_ = from;
    return nullptr;
  }

  const node *expression() { return chain("+-", &parser::term); }
  const node *term() { return chain("*/", &parser::factor); }

  const node *chain(std::string_view signs, alternative operand) {
    const node *left = (this->*operand)();
    while (left != nullptr && signs.find(next()) != std::string_view::npos) {
      const char sign = text_[position_++];
      const node *right = (this->*operand)();
      left = right != nullptr ? make<operation>(sign, left, right) : nullptr;
    }
    return left;
  }

  /// Two signs in a row are none: any number of them is one level of the tree and of the stack.
  const node *factor() {
    bool negative = false;
    while (take('-')) negative = !negative;
    const node *of = without_sign();
    return negative && of != nullptr ? make<negation>(of) : of;
  }

  const node *without_sign() {
    if (next() == '(') return one_deeper(&parser::pair_or_group);
    return is_letter(next()) ? call_by_name() : constant();
  }

  const node *one_deeper(alternative inside) {
    if (++nested_ > most_nested) throw std::runtime_error("too many parentheses in each other");
    const node *parsed = (this->*inside)();
    --nested_;
    return parsed;
  }

  const node *pair_or_group() {
    const node *parsed = attempt(&parser::pair_of_two);
    return parsed != nullptr ? parsed : group();  // the last alternative: nothing comes after it
  }

  const node *pair_of_two() {
    take('(');
    const node *first = expression();
    if (first == nullptr || !take(',')) return nullptr;
    const node *second = expression();
    return second != nullptr && take(')') ? make<pair>(first, second) : nullptr;
  }

  const node *group() {
    take('(');
    const node *inside = expression();
    return inside != nullptr && take(')') ? inside : nullptr;
  }

  const node *call_by_name() {
    const std::size_t begin = position_;
    while (position_ < text_.size() && is_letter(text_[position_])) ++position_;
    const std::string_view name = text_.substr(begin, position_ - begin);
    const node *argument = next() == '(' ? one_deeper(&parser::group) : nullptr;
    return argument != nullptr ? make<call>(memory_.copy(name), argument) : nullptr;
  }

  const node *constant() {
    if (next() == '\0') return nullptr;
    double read = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + position_, text_.data() + text_.size(), read);
    if (error != std::errc()) return nullptr;
    position_ = static_cast<std::size_t>(end - text_.data());
    return make<number>(read);
  }

  static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

  /// The next character that is not a space; a zero byte at the end.
  char next() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
    furthest_ = std::max(furthest_, position_);
    return position_ < text_.size() ? text_[position_] : '\0';
  }

  bool take(char wanted) {
    const bool there = next() == wanted;
    if (there) ++position_;
    return there;
  }

  template <class T, class... Arguments>
  const node *make(Arguments &&...arguments) {
    ++made_;
    return memory_.template make<T>(std::forward<Arguments>(arguments)...);
  }

  Memory &memory_;
  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t furthest_ = 0;
  std::size_t made_ = 0;
  unsigned nested_ = 0;
};

}  // namespace expression

#endif
