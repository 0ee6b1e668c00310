// main.cpp: parses and evaluates expressions in a pool, and shows what failed alternatives cost.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/measuring.hpp"
#include "common/program.hpp"
#include "common/table.hpp"
#include "parser.hpp"
#include "storage.hpp"

namespace {

using examples::expect;
using expression::value;

/// What parsing one text has left behind, and its value.
struct outcome {
  value result;
  std::size_t in_the_tree = 0;
  std::size_t made = 0;
  std::size_t used = 0;  // bytes of the pool
};

template <class Memory>
outcome evaluate_in_pool(std::string_view text) {
  pond::pool pool;
  Memory memory{pool};
  expression::parser<Memory> parser(memory, text);
  const expression::node *tree = parser.parse();
  return {tree->evaluate(), tree->nodes(), parser.made(), pool.stats().used};
}

value evaluate_on_heap(std::string_view text) {
  expression::heap memory;
  return expression::parser<expression::heap>(memory, text).parse()->evaluate();
}

/// `((((1))))`: the deeper, the more is built for pairs that turn out to be none.
std::string nested(unsigned depth) {
  return std::string(depth, '(') + "1 + 2 * 3" + std::string(depth, ')');
}

/// Many terms, with groups and pairs, no more than two in each other.
std::string long_one(unsigned terms) {
  std::string text = "0";
  for (unsigned i = 1; i <= terms; ++i) {
    text += fmt::format(" + ({} - 1) * sqrt(({}, (2 + 3))) / 7", i, i);
  }
  return text;
}

void print(const std::string &text, const outcome &o) {
  fmt::print("{} = {:.6g}{:+.6g}i   {} nodes, {} made, {} bytes\n", text, o.result.real(),
             o.result.imag() + 0.0 /* not -0 */, o.in_the_tree, o.made, o.used);
}

void evaluate(const std::vector<std::string> &texts) {
  for (const std::string &text : texts) {
    print(text, evaluate_in_pool<expression::pool_with_scopes>(text));
  }
}

/// A failed alternative leaves the pool's statistics as they were, character by character of a text
/// that has no end: each of its beginnings fails somewhere else.
void check_that_failures_leave_nothing() {
  const std::string text = "((1 + (2, sqrt((3 * 4))) - -5) / abs((6, 7)))";
  for (std::size_t length = 0; length < text.size(); ++length) {
    pond::pool pool;
    const std::size_t before = pool.stats().used;
    bool failed = false;
    {
      pond::scope all(pool);
      expression::pool_with_scopes memory{pool};
      try {
        expression::parser(memory, std::string_view(text).substr(0, length)).parse();
      } catch (const std::runtime_error &) {
        failed = true;
      }
    }
    expect(failed, fmt::format("the first {} characters are no expression", length));
    expect(pool.stats().used == before, "a failed parse leaves nothing");
  }
}

std::string in_calls(unsigned depth, const std::string &inside) {
  std::string text;
  for (unsigned i = 0; i < depth; ++i) text += "conj(";
  return text + inside + std::string(depth, ')');
}

bool refused(const std::string &text) {
  try {
    evaluate_on_heap(text);
  } catch (const std::runtime_error &e) {
    return std::string_view(e.what()) == "too many parentheses in each other";
  }
  return false;
}

/// However many signs or parentheses there are, the stack is deep enough for them.
void check_that_depth_is_limited() {
  constexpr unsigned many = 100000;
  const std::string signs(many, '-');  // the first one subtracts
  expect(evaluate_on_heap("1" + signs + "1") == value(2), "signs in a row");
  expect(evaluate_on_heap("(" + signs + "1)") == value(1), "signs in parentheses");
  expect(evaluate_on_heap("(-" + signs + "1)") == value(-1), "an odd number of signs");

  constexpr unsigned limit = 16;
  const std::string deepest = in_calls(limit, "1");
  expect(evaluate_on_heap(deepest + " * " + deepest) == value(1), "not in each other");
  expect(refused(in_calls(limit, "(1)")), "a group in the deepest call");
  for (const unsigned depth : {limit + 1, many}) {
    expect(refused(nested(depth)), "so many groups");
    expect(refused(in_calls(depth, "1")), "so many calls");
  }
}

void demonstrate() {
  struct example {
    const char *text;
    value result;
  };
  const example all[] = {{"1 + 2 * 3", 7},
                         {"-(1 + 2) * 3", -9},
                         {"(1, 2) * (1, 2)", {-3, 4}},
                         {"abs((3, 4)) + ((((1))))", 6},
                         {"conj(sqrt((-3, 4)))", {1, -2}}};
  for (const example &e : all) {
    const outcome o = evaluate_in_pool<expression::pool_with_scopes>(e.text);
    print(e.text, o);
    expect(std::abs(o.result - e.result) < 1e-12, e.text);
    expect(evaluate_on_heap(e.text) == o.result, "the heap gives the same");
  }
  check_that_failures_leave_nothing();
  check_that_depth_is_limited();

  constexpr unsigned deepest = 12;
  fmt::print("\n{:>11} {:>8} {:>8} {:>17} {:>17}\n", "parentheses", "nodes", "made",
             "bytes with scope", "bytes without");
  for (unsigned depth = 0; depth <= deepest; depth += 4) {
    const outcome with = evaluate_in_pool<expression::pool_with_scopes>(nested(depth));
    const outcome without = evaluate_in_pool<expression::pool_without_scopes>(nested(depth));
    fmt::print("{:>11} {:>8} {:>8} {:>17} {:>17}\n", depth, with.in_the_tree, with.made, with.used,
               without.used);
    expect(with.result == value(7) && without.result == value(7), nested(depth));
    expect(with.in_the_tree * (std::size_t{1} << depth) == with.made, "each is parsed twice");
    expect(with.used == evaluate_in_pool<expression::pool_with_scopes>(nested(0)).used,
           "failed alternatives have given everything back");
    expect(depth == 0 || without.used > with.used, "without scopes they have not");
  }
}

void measure(const examples::measuring &how) {
  constexpr unsigned terms = 2000;
  const std::string text = long_one(terms);
  const value wanted = evaluate_on_heap(text);
  const auto check = [wanted](value found) { expect(found == wanted, "all find the same"); };
  const std::vector<examples::way> ways = {
      {"new and delete", [&] { check(evaluate_on_heap(text)); }},
      {"pond, no scopes",
       [&] { check(evaluate_in_pool<expression::pool_without_scopes>(text).result); }},
      {"pond, scopes",
       [&] { check(evaluate_in_pool<expression::pool_with_scopes>(text).result); }}};
  fmt::print("An expression is parsed, evaluated and forgotten; medians of {} rounds\n",
             how.rounds);
  const examples::table table("", ways, &examples::way::name, how);
  table.measure("2000 terms", text.size(), [](const examples::way &w) { w.run(); });
}

int run(int argc, char **argv) {
  CLI::App app(
      "Evaluates expressions of complex numbers, parsed in a pool; without any it shows some");
  std::vector<std::string> texts;
  examples::measuring measuring;
  app.add_option("EXPRESSION", texts, "for example \"(1, 2) * conj((1, 2))\"");
  measuring.add_to(app, "times pool and heap, instead");
  CLI11_PARSE(app, argc, argv);
  if (measuring.wanted) {
    measure(measuring);
  } else if (texts.empty()) {
    demonstrate();
  } else {
    evaluate(texts);
  }
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
