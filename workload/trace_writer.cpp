// trace_writer.cpp: the other direction, for generated programs and for tests of the reader.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "workload/trace.hpp"
#include "workload/trace_events.hpp"

namespace workload {
namespace {

struct closer {
  void operator()(gzFile file) const { gzclose(file); }
};
using file_handle = std::unique_ptr<gzFile_s, closer>;

/// Names are never used again in a file: numbers of the program become counters here.
class writer {
 public:
  explicit writer(const program &work) : pools_(work.pools), ids_(work.ids) {}

  std::string line(const operation &o) {
    switch (o.what) {
      case kind::create:
        pools_[o.pool] = next_pool_++;
        return fmt::format("C {} {}\n", pool(o), o.size);
      case kind::destroy:
        return fmt::format("D {}\n", pool(o));
      case kind::reset:
        return fmt::format("R {}\n", pool(o));
      case kind::aligned:
        return fmt::format("a {} {}\n", pool(o), o.size);
      case kind::packed:
        return fmt::format("n {} {}\n", pool(o), o.size);
      case kind::zeroed:
        return fmt::format("z {} {}\n", pool(o), o.size);
      case kind::overaligned:
        return fmt::format("m {} {} {}\n", pool(o), o.size, o.alignment);
      case kind::cleanup:
        return fmt::format("c {} {}\n", pool(o), o.size);
      case kind::free:
        return fmt::format("F {} {} 1\n", pool(o), ids_[o.id]);
      case kind::large_zeroed:
        return fmt::format("Z {} {} {}\n", pool(o), o.size, new_id(o));
      case kind::large:
        return large(o);
      default:
        return of_pools(o);
    }
  }

 private:
  /// What only version 2 has.
  std::string of_pools(const operation &o) {
    switch (o.what) {
      case kind::create_child:
        pools_[o.pool] = next_pool_++;
        return fmt::format("H {} {} {}\n", pool(o), o.size, pools_[o.other]);
      case kind::resize_any:
        return fmt::format("V {} {} {}\n", pool(o), o.size, o.other);
      case kind::adopt:
        return fmt::format("J {} {}\n", pool(o), pools_[o.other]);
      default:
        return simple(o);
    }
  }

  std::string simple(const operation &o) {
    const auto *known = std::find_if(std::begin(only_in_2), std::end(only_in_2),
                                     [&](const simple_event &e) { return e.what == o.what; });
    if (!known->has_size) return fmt::format("{} {}\n", known->letter, pool(o));
    return fmt::format("{} {} {}\n", known->letter, pool(o), o.size);
  }

  std::size_t pool(const operation &o) const { return pools_[o.pool]; }
  std::size_t new_id(const operation &o) { return ids_[o.id] = next_id_++; }
  std::string large(const operation &o) {
    if (o.alignment > malloc_alignment) {
      return fmt::format("M {} {} {} {}\n", pool(o), o.size, o.alignment, new_id(o));
    }
    return fmt::format("{} {} {} {}\n", o.alignment == 1 ? 'N' : 'A', pool(o), o.size, new_id(o));
  }

  std::vector<std::size_t> pools_;
  std::vector<std::size_t> ids_;
  std::size_t next_pool_ = 1;
  std::size_t next_id_ = 0;
};

[[noreturn]] void fail(const std::string &file, const char *reason) {
  throw std::runtime_error(file + ": " + reason);
}

}  // namespace

void write_trace(const std::string &file, const program &work) {
  // "T": as plain text, without a gzip header.
  file_handle out(gzopen(file.c_str(), file.ends_with(".gz") ? "wb" : "wbT"));
  if (out == nullptr) fail(file, std::strerror(errno));
  const auto put = [&](const std::string &text) {
    if (gzwrite(out.get(), text.data(), static_cast<unsigned>(text.size())) == 0) {
      fail(file, "cannot be written completely");
    }
  };
  put(work.plain() ? "# pond-trace 1\n" : "# pond-trace 2\n");
  writer names(work);
  for (const operation &o : work.operations) put(names.line(o));
  if (gzclose(out.release()) != Z_OK) fail(file, "cannot be written completely");
}

}  // namespace workload
