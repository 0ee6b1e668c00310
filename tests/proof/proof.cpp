// proof.cpp: the fast path and the sizes of the cold path, proven for every input by Z3.
//
// The functions are those of the library, the same text, instantiated on bit-vectors of 64 and of
// 32 bits. Each claim is given to the solver as its opposite; it has to find that nothing fulfils
// it. The first one that does not hold is printed with an example of why, and ends the program
// with 1.
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <z3++.h>

#include <cstdlib>
#include <string>

// The names that the library's templates look for, beside Z3's own ule and ult.
namespace z3 {
inline expr pick(const expr &condition, const expr &yes, const expr &no) {
  return ite(condition, yes, no);
}
inline expr as(const expr &like, std::size_t constant) {
  return like.ctx().bv_val(static_cast<std::uint64_t>(constant), like.get_sort().bv_size());
}

inline expr is_not_positive(const expr &a) { return a <= 0; }

/// The product in twice as many bits, where every one is exact.
inline expr product(const expr &a, const expr &b) {
  const unsigned bits = a.get_sort().bv_size();
  return zext(a, bits) * zext(b, bits);
}

/// What the compiler's builtin says by its definition: that the upper half is empty.
inline expr product_fits(const expr &a, const expr &b) {
  const unsigned bits = a.get_sort().bv_size();
  return product(a, b).extract(2 * bits - 1, bits) == 0;
}
}  // namespace z3

#include "pond/detail/bump.hpp"
#include "src/sizes.hpp"

namespace {

using z3::expr;
namespace sizes = pond::sizes;

constexpr std::size_t quantum = pond::detail::block_alignment;

/// Claims over words of one width.
class prover {
 public:
  explicit prover(unsigned bits) : bits_(bits) {}

  unsigned bits() const { return bits_; }

  expr word(const char *name) { return context_.bv_const(name, bits_); }
  expr word(std::uint64_t value) { return context_.bv_val(value, bits_); }

  /// SIZE_MAX, and PTRDIFF_MAX, above which nothing can be allocated.
  expr most() { return ~word(std::uint64_t{0}); }
  expr impossible() { return lshr(most(), word(1)); }

  /// sizeof(block): two pointers, which on 32 bits is not a whole quantum.
  expr block_header() { return word(std::uint64_t{2} * bits_ / 8); }

  void prove(const std::string &claim, const expr &assumed, const expr &claimed) {
    z3::solver solver(context_);
    solver.add(assumed && !claimed);
    const z3::check_result answer = solver.check();
    fmt::print("{} {}-bit {}\n", answer == z3::unsat ? "proven " : "REFUTED", bits_, claim);
    if (answer == z3::unsat) return;
    if (answer == z3::sat) fmt::print("{}\n", fmt::streamed(solver.get_model()));
    std::exit(1);
  }

 private:
  unsigned bits_;
  z3::context context_;
};

/// a + b as it is, which must not wrap.
expr no_carry(const expr &a, const expr &b) { return ule(a, ~b); }

expr power_of_two(const expr &n) { return n != 0 && (n & (n - 1)) == 0; }

expr multiple(const expr &n, const expr &of_power) { return (n & (of_power - 1)) == 0; }

void prove_fast_path(prover &p) {
  const expr cur = p.word("cur");
  const expr end = p.word("end");
  const expr size = p.word("size");
  const expr alignment = p.word("alignment");
  const expr most = p.word(quantum);
  const expr ordinary = pond::detail::is_ordinary(alignment, most);
  p.prove("what takes the fast path is 1, 2, 4, 8 or 16, and those take it", p.word("any") == 0,
          ordinary == (power_of_two(alignment) && ule(alignment, most)));

  const expr invariant = multiple(end, most) && ule(cur, end) && ordinary;
  const auto [at, fits] = pond::detail::place(cur, end, size, alignment, false);
  const expr served = invariant && fits;
  p.prove("an allocation is aligned", served, multiple(at, alignment));
  p.prove("it begins where nothing was handed out before", served, ule(cur, at));
  p.prove("it ends inside the block, and its end does not wrap", served,
          no_carry(at, size) && ule(at + size, end));
  p.prove("what is left is room: the invariant holds again", served, ule(at + size, end));

  const expr elsewhere = p.word("elsewhere");
  const expr possible = ule(cur, elsewhere) && ule(elsewhere, end) && ule(size, end - elsewhere) &&
                        multiple(elsewhere, alignment);
  p.prove("whatever fits is served: no size is refused for which there is a place",
          invariant && possible, fits);
  p.prove("it begins at the first aligned address", served && possible, ule(at, elsewhere));

  const expr kernels = p.word(p.bits() == 64 ? std::uint64_t{1} << 55 : 4096);
  const expr is_short = pond::detail::is_short(size, kernels) && ule(end, -kernels);
  const auto [short_at, short_fits] = pond::detail::place(cur, end, size, alignment, true);
  p.prove("a short size, which is added, goes where the same one goes by the comparison of any",
          invariant && is_short, short_at == at && short_fits == fits);
}

void prove_giving_back(prover &p) {
  const expr end = p.word("end");
  const expr cur = p.word("cur");
  const expr seen = pond::detail::is_equal_or_signed(end, cur);
  const expr in_memory = ule(end, p.impossible());
  p.prove("memory is seen exactly if it is the newest", in_memory && ule(cur, p.impossible()),
          seen == (end == cur));
  p.prove("of a pool that hides its room all of it is", in_memory && ult(p.impossible(), cur),
          seen);
}

void prove_sums(prover &p) {
  const expr a = p.word("a");
  const expr b = p.word("b");
  const expr sum = sizes::add(a, b);
  p.prove("add: the sum where there is one, else the largest word", p.word("any") == 0,
          sum == ite(no_carry(a, b), a + b, p.most()));
  p.prove("add: never less than either", p.word("any") == 0, ule(a, sum) && ule(b, sum));

  const expr alignment = p.word("alignment");
  const expr rounded = sizes::round_up(a, alignment);
  const expr sane = power_of_two(alignment);
  p.prove("round_up: a multiple", sane, multiple(rounded, alignment));
  p.prove("round_up: the next one, if there is one", sane && no_carry(a, alignment - 1),
          ule(a, rounded) && ult(rounded - a, alignment));
  p.prove("round_up: else one that is impossible", sane && !no_carry(a, alignment - 1),
          ult(p.impossible(), rounded));

  const expr limit = p.word("limit");
  p.prove("quota: granted exactly if the sum does not wrap and is within the limit",
          p.word("any") == 0, sizes::within(a, b, limit) == (no_carry(a, b) && ule(a + b, limit)));
}

void prove_products(prover &p) {
  const expr a = p.word("a");
  const expr b = p.word("b");
  const expr exact = product(a, b);
  const expr bytes = zext(sizes::multiply(a, b), p.bits());
  const expr most = zext(p.most(), p.bits());
  p.prove("multiply: the exact product where it is a word, else the largest word",
          p.word("any") == 0, bytes == ite(ule(exact, most), exact, most));
}

void prove_growth(prover &p) {
  const expr first = p.word("first");
  const expr taken = p.word("taken");
  const expr largest = p.word("largest");
  const expr whole = p.word(quantum);
  const expr most =
      p.word(p.bits() == 64 ? sizes::most_blocks_counted<64> : sizes::most_blocks_counted<32>);
  const expr doublings = udiv(taken, p.word(sizes::blocks_per_doubling));
  const expr counted = ule(taken, most);
  const expr next = sizes::next_block(first, taken, largest);
  const expr cap = ite(ule(first, largest), largest, first);
  p.prove("next_block: no shift by a whole word", counted, ult(doublings, p.word(p.bits())));
  p.prove("next_block: from the first size to the cap, or the first where that is more", counted,
          ule(first, next) && ule(next, cap));
  p.prove("next_block: the cap, or doubled so often without losing a bit", counted,
          next == cap || (shl(first, doublings) == next && lshr(next, doublings) == first));
  p.prove("next_block: the cap after as many as are counted, whatever the first",
          taken == most && first != 0 && ule(largest, p.word(sizes::default_largest_block)),
          next == cap);
  p.prove("next_block: never less than the block before", counted && taken != 0,
          ule(sizes::next_block(first, taken - 1, largest), next));
  p.prove("next_block: whole quanta", counted && multiple(first, whole) && multiple(largest, whole),
          multiple(next, whole));
}

void prove_blocks(prover &p) {
  const expr wanted = p.word("wanted");
  const expr least = p.word("least");
  const expr most = p.word(quantum);
  const expr block = sizes::block(wanted, least);
  p.prove("block: whole quanta", p.word("any") == 0, multiple(block, most));
  p.prove("block: what is wanted and what is needed, or impossible", p.word("any") == 0,
          (ule(wanted, block) && ule(least, block)) || ult(p.impossible(), block));

  // A block that was made for a request has room for it, wherever it lies.
  const expr base = p.word("base");
  const expr size = p.word("size");
  const expr alignment = p.word("alignment");
  const expr header = p.block_header();
  const expr bytes = sizes::least_block(size, alignment, header);
  const expr begin = base + header;
  const expr at = begin + ((p.word(std::uint64_t{0}) - begin) & (alignment - 1));
  p.prove("least_block: the request fits, at every base that the upstream can give",
          power_of_two(alignment) && multiple(base, most) && ule(bytes, p.impossible()) &&
              no_carry(base, bytes),
          multiple(at, alignment) && ule(begin, at) && ule(at, base + bytes) &&
              ule(size, base + bytes - at));
  p.prove("least_block: header and waste are below two quanta where the alignment is usual",
          power_of_two(alignment) && ule(alignment, most) &&
              ule(size, p.impossible() - p.word(2 * quantum)),
          ult(bytes - size, most + most));
}

}  // namespace

int main() {
  // The quick ones first: a mistake shows there, too.
  for (const unsigned bits : {32U, 64U}) {
    prover p(bits);
    prove_fast_path(p);
    prove_giving_back(p);
    prove_sums(p);
    prove_products(p);
    prove_growth(p);
    prove_blocks(p);
  }
}
