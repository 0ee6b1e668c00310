// extras.cpp: what the rest of nginx does with pools: frees of anything, arrays and chains that
// look into the struct, logs, requests that cannot be served.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>

#include "allowed.hpp"
#include "side.hpp"

namespace differential {
namespace {

constexpr std::uint32_t most_size = 9000;
constexpr std::size_t page = 4096;
constexpr std::size_t alignments[] = {8, 16, 64, 512, 4096};  // nginx itself asks for 512
constexpr std::size_t first_capacity = 4;
constexpr ngx_uint_t everything = 0x7ffffff0;

}  // namespace

// --- ngx_pfree ----------------------------------------------------------------------------------

/// One more allocation, and then one of them is given back, if it can.
void side::free_any(pool_record &r, std::uint32_t choice) {
  const std::size_t size = choice % most_size;
  void *p = choice % 4 == 0
                ? of_.pmemalign(r.pool, size, alignments[choice % std::size(alignments)])
            : choice % 4 == 1 ? of_.pnalloc(r.pool, size)
                              : of_.palloc(r.pool, size);
  name(r, p, "other");
  saw(p != nullptr ? "another" : "no other");
  write_log_down(r);
  r.others.push_back({p, false});
  const std::size_t chosen = choice % r.others.size();
  if (give_back(r, r.others[chosen].p) != NGX_OK) return saw("declined");
  saw("ok");
  r.others.erase(r.others.begin() + static_cast<std::ptrdiff_t>(chosen));
}

/// An address may have come back to life meanwhile, on one of the two sides.
void side::free_again(pool_record &r, std::uint32_t choice) {
  if (r.freed.empty()) return;
  void *p = r.freed[choice % r.freed.size()];
  saw(r.names.contains(p) || of_.pfree(r.pool, p) == NGX_DECLINED ? "declined" : "freed twice");
}

void side::do_frees(pool_record &r, step what) {
  if (what.what == extra::free_any) return free_any(r, what.choice);
  if (what.what == extra::free_again) return free_again(r, what.choice);
  if (what.what == extra::free_foreign) {
    saw(of_.pfree(r.pool, &logs_) == NGX_OK ? "foreign memory freed" : "declined");
    return;
  }
  if (r.all.empty()) return;
  const allocation &a = r.all[what.choice % r.all.size()];
  if (a.p == nullptr) return;
  if (a.small) saw(of_.pfree(r.pool, a.p) == NGX_OK ? "small memory freed" : "declined");
  saw(of_.pfree(r.pool, static_cast<char *>(a.p) + 1) == NGX_OK ? "freed by its inside"
                                                                : "declined");
}

// --- Structures that know the struct -------------------------------------------------------------

void side::push(pool_record &r) {
  numbers &a = r.array;
  ngx_pool_data_t &d = r.pool->d;
  if (a.count == a.capacity) {
    const std::size_t old = a.capacity * sizeof(std::uint64_t);
    if (a.elements != nullptr && reinterpret_cast<u_char *>(a.elements) + old == d.last &&
        d.last + sizeof(std::uint64_t) <= d.end) {
      d.last += sizeof(std::uint64_t);
      ++a.capacity;
    } else {
      const std::size_t wanted = a.capacity != 0 ? 2 * a.capacity : first_capacity;
      auto *moved =
          static_cast<std::uint64_t *>(of_.palloc(r.pool, wanted * sizeof(std::uint64_t)));
      if (moved == nullptr) return saw("no array");
      std::copy_n(a.elements, a.count, moved);
      a.elements = moved;
      a.capacity = wanted;
      r.names[moved] = array_name;
    }
    (void)take_lines();
  }
  a.elements[a.count] = a.count;
  ++a.count;
  const auto sum = std::accumulate(a.elements, a.elements + a.count, std::uint64_t{0});
  saw(fmt::format("array of {}: {}", a.count, sum));
}

void side::destroy_array(pool_record &r) {
  const numbers &a = r.array;
  if (a.elements == nullptr) return;
  const std::size_t size = a.capacity * sizeof(std::uint64_t);
  if (reinterpret_cast<u_char *>(a.elements) + size == r.pool->d.last) r.pool->d.last -= size;
  r.array = {};
}

void side::take_link(pool_record &r) {
  ngx_chain_t *link = r.pool->chain;
  saw(link != nullptr ? "a used link" : "a new link");
  if (link != nullptr) {
    r.pool->chain = link->next;
  } else {
    link = static_cast<ngx_chain_t *>(of_.palloc(r.pool, sizeof(ngx_chain_t)));
    name(r, link, "link");
    write_log_down(r);
  }
  link->buf = this;
  r.links.push_back(link);
}

void side::do_structures(pool_record &r, step what) {
  if (what.what == extra::array_push) return push(r);
  if (what.what == extra::array_destroy) return destroy_array(r);
  if (what.what == extra::take_chain_link) return take_link(r);
  if (r.links.empty()) return;
  ngx_chain_t *link = r.links.back();
  if (link->buf != this) saw("a link has lost its content");
  r.links.pop_back();
  link->next = r.pool->chain;
  r.pool->chain = link;
}

void side::change_log(pool_record &r, step what) {
  if (what.what == extra::set_log) {
    r.pool->log = &logs_[what.choice % logs_.size()];
    return;
  }
  auto *log = static_cast<ngx_log_t *>(of_.palloc(r.pool, sizeof(ngx_log_t)));
  name(r, log, "log");
  write_log_down(r);
  *log = recorded_log("in the pool", everything);
  r.pool->log = log;
}

// --- What cannot be served -----------------------------------------------------------------------

void side::absurd(pool_record &r, std::uint32_t choice) {
  const std::size_t size = SIZE_MAX - choice % page;
  saw(of_.palloc(r.pool, size) == nullptr ? "refused" : "served");
  saw(of_.pnalloc(r.pool, size / 2) == nullptr ? "refused" : "served");
  saw(of_.pcalloc(r.pool, size) == nullptr ? "refused" : "served");
  saw(of_.pmemalign(r.pool, size, alignments[choice % std::size(alignments)]) == nullptr
          ? "refused"
          : "served");
  saw(of_.cleanup_add(r.pool, size) == nullptr ? "refused" : "served");
  saw(of_.create(size, r.pool->log) == nullptr ? "refused" : "served");
  r.freed.clear();  // the record of the refused cleanup, which nobody knows, may be one of them
  for (const log_line &line : take_lines()) {
    if (line.level != NGX_LOG_DEBUG) saw(written_out(line, [](const void *) { return ""; }));
  }
}

void side::do_refused(pool_record &r, step what) {
  const std::size_t from = seen_.size();
  {
    const no_memory now(memory_);
    const std::size_t size = page + what.choice % most_size;
    const void *p =
        what.what == extra::large_without_memory ? of_.palloc(r.pool, r.pool->max + size)
        : what.what == extra::aligned_without_memory
            ? of_.pmemalign(r.pool, size, alignments[what.choice % std::size(alignments)])
            : static_cast<void *>(of_.create(size, r.pool->log));
    saw(p == nullptr ? "refused" : "served");
  }
  write_log_down(r, true);
  if (what.what == extra::pool_without_memory) return;
  std::transform(seen_.begin() + static_cast<std::ptrdiff_t>(from), seen_.end(),
                 seen_.begin() + static_cast<std::ptrdiff_t>(from), allowed::refusal);
}

void side::do_extra(pool_record &r, step what) {
  if (what.what <= extra::free_again) return do_frees(r, what);
  if (what.what <= extra::run_and_assign) return do_cleanups(r, what);
  if (what.what <= extra::free_chain_link) return do_structures(r, what);
  if (what.what <= extra::log_from_pool) return change_log(r, what);
  if (what.what < extra::absurd_size) return do_refused(r, what);
  return absurd(r, what.choice);
}

}  // namespace differential
