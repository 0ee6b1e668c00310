// trace_reader.cpp: a line is a letter and up to four numbers; nothing is guessed.
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "workload/line_reader.hpp"
#include "workload/model.hpp"
#include "workload/numbers.hpp"
#include "workload/trace.hpp"
#include "workload/trace_events.hpp"

namespace workload {
namespace {

constexpr std::string_view first_line = "# pond-trace 1";
constexpr std::string_view first_line_of_2 = "# pond-trace 2";

/// More than any recorded process had at once; a file that claims more is not a trace.
constexpr std::uint64_t most_size = std::min<std::uint64_t>(std::uint64_t{1} << 40, PTRDIFF_MAX);

class parser {
 public:
  explicit parser(const std::string &name) : lines_(name) {}

  trace parse() {
    std::string_view line;
    const bool any = lines_.next(line);
    if (line.ends_with('\r')) lines_.fail("lines end with \\r\\n; a trace has \\n alone");
    if (!any || (line != first_line && line != first_line_of_2)) {
      lines_.fail("not a pond trace: the first line must be \"" + std::string(first_line) +
                  "\" or \"" + std::string(first_line_of_2) + "\"");
    }
    const bool has_pools = line == first_line_of_2;
    while (lines_.next(line)) {
      if (line.empty() || line.front() == '#') continue;
      if (!has_pools || !event_of_pools(line)) event(line);
    }
    end();
    return std::move(result_);
  }

 private:
  using fields = std::array<std::int64_t, 3>;

  void event(std::string_view line) {
    const char letter = line.front();
    ++result_.events[letter];
    line.remove_prefix(1);
    switch (letter) {
      case 'C':
        return create(read<2>(line));
      case 'D':
        return destroy(read<1>(line));
      case 'R':
        return simple(kind::reset, read<1>(line), 0);
      case 'a':
        return simple(kind::aligned, read<2>(line), malloc_alignment);
      case 'n':
        return simple(kind::packed, read<2>(line), 1);
      case 'z':
        return simple(kind::zeroed, read<2>(line), malloc_alignment);
      case 'c':
        return simple(kind::cleanup, read<2>(line), malloc_alignment);
      case 'A':
        return large(kind::large, read<3>(line), malloc_alignment);
      case 'N':
        return large(kind::large, read<3>(line), 1);
      case 'Z':
        return large(kind::large_zeroed, read<3>(line), malloc_alignment);
      case 'm':
        return overaligned(read<3>(line));
      case 'M':
        return overaligned_large(line);
      case 'F':
        return free(read<3>(line));
      default:
        ++result_.skipped[letter];
    }
  }

  /// What only version 2 has; false when it is not one of these.
  bool event_of_pools(std::string_view line) {
    const char letter = line.front();
    const std::string_view rest = line.substr(1);
    const auto *known = std::find_if(std::begin(only_in_2), std::end(only_in_2),
                                     [&](const simple_event &e) { return e.letter == letter; });
    if (letter == 'H') {
      create_child(read<3>(rest));
    } else if (letter == 'J') {
      adopt(read<2>(rest));
    } else if (letter == 'V') {
      resize(read<3>(rest));
    } else if (known != std::end(only_in_2)) {
      simple(known->what, known->has_size ? read<2>(rest) : read<1>(rest), known->alignment);
    } else {
      return false;
    }
    ++result_.events[letter];
    return true;
  }

  /// The first `count` numbers of a line, which has no more.
  template <std::size_t count>
  fields read(std::string_view line) {
    fields result{};
    for (std::size_t i = 0; i < count; ++i) result[i] = number(line);
    end(line);
    return result;
  }

  void end(std::string_view line) {
    if (!line.empty()) lines_.fail("more fields than this event has");
  }

  std::int64_t number(std::string_view &line) {
    if (line.empty() || line.front() != ' ') lines_.fail("a field is missing");
    line.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error == std::errc::result_out_of_range) lines_.fail("a number is absurd");
    if (error != std::errc()) lines_.fail("a field is not a number");
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return value;
  }

  std::size_t size(std::int64_t value) {
    if (value < 0 || static_cast<std::uint64_t>(value) > most_size) lines_.fail("absurd size");
    return static_cast<std::size_t>(value);
  }

  std::uint32_t alignment(std::int64_t value) {
    constexpr std::int64_t most = 1 << 30;
    if (value <= 0 || value > most || (value & (value - 1)) != 0) {
      lines_.fail("the alignment is not a power of two");
    }
    return static_cast<std::uint32_t>(value);
  }

  std::uint32_t pool(std::int64_t name) {
    const auto number = pools_.find(static_cast<std::uint64_t>(name));
    if (!number) lines_.fail("pool " + std::to_string(name) + " does not exist");
    return *number;
  }

  void create(const fields &f) { begin(kind::create, f, 0); }
  void create_child(const fields &f) { begin(kind::create_child, f, pool(f[2])); }

  void begin(kind what, const fields &f, std::uint32_t parent) {
    const auto number = pools_.add(static_cast<std::uint64_t>(f[0]));
    if (!number) lines_.fail("pool " + std::to_string(f[0]) + " exists already");
    note(pool_names_, *number, f[0]);
    add({what, 0, *number, {parent}, size(f[1]), nullptr});
  }

  void destroy(const fields &f) { add({kind::destroy, 0, pool(f[0]), {0}, 0, nullptr}); }

  void simple(kind what, const fields &f, std::uint32_t alignment) {
    add({what, alignment, pool(f[0]), {0}, size(f[1]), nullptr});
  }

  void resize(const fields &f) {
    const auto choice = static_cast<std::uint32_t>(size(f[2]) & UINT32_MAX);
    add({kind::resize_any, 0, pool(f[0]), {choice}, size(f[1]), nullptr});
  }

  void adopt(const fields &f) { add({kind::adopt, 0, pool(f[0]), {pool(f[1])}, 0, nullptr}); }

  void large(kind what, const fields &f, std::uint32_t alignment) {
    const std::uint32_t number = pool(f[0]);
    const auto id = ids_.add(static_cast<std::uint64_t>(f[2]));
    if (!id) lines_.fail("id " + std::to_string(f[2]) + " is in use");
    note(id_names_, *id, f[2]);
    add({what, alignment, number, {*id}, size(f[1]), nullptr});
  }

  /// Names that go with an operation, because a pool ends or is rewound, may be given again.
  void add(const operation &o) {
    if (!model_.allows(o))
      lines_.fail("there is nothing that this event could end, or its pool is sealed or adopted");
    model_.apply(o);
    for (const std::uint32_t id : model_.gone_ids()) ids_.remove(id_names_[id]);
    for (const std::uint32_t number : model_.gone_pools()) pools_.remove(pool_names_[number]);
    result_.work.add(o);
  }

  static void note(std::vector<std::uint64_t> &names, std::uint32_t number, std::int64_t name) {
    if (number >= names.size()) names.resize(std::size_t{number} + 1);
    names[number] = static_cast<std::uint64_t>(name);
  }

  void overaligned(const fields &f) {
    add({kind::overaligned, alignment(f[2]), pool(f[0]), {0}, size(f[1]), nullptr});
  }

  void overaligned_large(std::string_view line) {
    const std::int64_t name = number(line);
    const std::int64_t bytes = number(line);
    const std::uint32_t at = alignment(number(line));
    const std::int64_t id = number(line);
    end(line);
    large(kind::large, {name, bytes, id}, at);
  }

  void free(const fields &f) {
    const std::uint32_t number = pool(f[0]);
    if (f[1] < 0 || f[2] == 0) {
      ++result_.declined_frees;
      return;
    }
    const auto id = ids_.find(static_cast<std::uint64_t>(f[1]));
    if (!id) lines_.fail("id " + std::to_string(f[1]) + " is not allocated");
    add({kind::free, 0, number, {*id}, 0, nullptr});
  }

  void end() {
    result_.lines = lines_.number();
    for (std::uint32_t number = 0; number < model_.size(); ++number) {
      if (model_.alive(number)) ++result_.alive_at_end;
    }
    // Counted before: children go with their parents.
    destroy_all(model_, [this](const operation &o) { add(o); });
  }

  line_reader lines_;
  numbers pools_;
  numbers ids_;
  std::vector<std::uint64_t> pool_names_;  // by number, of those that are alive
  std::vector<std::uint64_t> id_names_;
  model model_;
  trace result_;
};

}  // namespace

trace read_trace(const std::string &file) { return parser(file).parse(); }

}  // namespace workload
