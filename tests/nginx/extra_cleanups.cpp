// extra_cleanups.cpp: what nginx's modules do with cleanups.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "allowed.hpp"
#include "side.hpp"

namespace differential {
namespace {

constexpr std::uint32_t most_data = 64;
constexpr std::uint32_t nth_file_is_unknown = 5;
constexpr ngx_fd_t not_open = 1000000;  // more than a process may have

/// Its path ends with a slash.
struct new_directory {
  new_directory() {
    if (mkdtemp(path.data()) == nullptr)
      throw std::system_error(errno, std::system_category(), path);
    path += '/';
  }
  new_directory(const new_directory &) = delete;
  new_directory &operator=(const new_directory &) = delete;
  ~new_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path = testing::TempDir() + "pond-nginx-XXXXXX";
};

}  // namespace

const std::string &temp_directory() {
  static const new_directory made;
  return made.path;
}

void side::add_cleanup(pool_record &r, step what) {
  ngx_pool_cleanup_t *c = of_.cleanup_add(r.pool, what.choice % most_data);
  name(r, c, "cleanup");
  if (c->data != nullptr) name(r, c->data, "data");
  saw(c->data != nullptr ? "with data" : "without data");
  write_log_down(r);
  if (what.what == extra::add_without_handler) return;
  notes_.push_back({this, notes_.size(), &r});
  c->handler = ran;
  c->data = &notes_.back();
}

void side::add_file(pool_record &r, ngx_fd_t fd, const std::string &path, bool deletes) {
  ngx_pool_cleanup_t *c = of_.cleanup_add(r.pool, sizeof(ngx_pool_cleanup_file_t));
  name(r, c, "cleanup");
  name(r, c->data, "file");
  write_log_down(r);
  auto *file = static_cast<ngx_pool_cleanup_file_t *>(c->data);
  paths_.push_back(path);
  file->fd = fd;
  file->name = reinterpret_cast<u_char *>(paths_.back().data());
  file->log = r.pool->log;
  c->handler = deletes ? of_.delete_file : of_.cleanup_file;
  r.files.push_back(fd);
}

void side::add_temp_file(pool_record &r, bool gone) {
  const std::string path = temp_directory() + std::to_string(paths_.size());
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  add_file(r, fd, path, true);
  if (gone) unlink(path.c_str());
}

void side::run_file(pool_record &r, std::uint32_t choice) {
  if (r.files.empty() || choice % nth_file_is_unknown == 0) {
    allowed::run_cleanup_file(of_, r.pool, not_open + 1);
  } else {
    allowed::run_cleanup_file(of_, r.pool, r.files[choice % r.files.size()]);
  }
  write_log_down(r);
}

void side::unlink_cleanup(pool_record &r, std::uint32_t choice) {
  std::vector<ngx_pool_cleanup_t **> links;
  for (ngx_pool_cleanup_t **c = &r.pool->cleanup; *c != nullptr; c = &(*c)->next) {
    if ((*c)->handler == ran) links.push_back(c);
  }
  if (links.empty()) return;
  ngx_pool_cleanup_t **link = links[choice % links.size()];
  *link = (*link)->next;
}

void side::run_and_assign(pool_record &r) {
  ngx_pool_cleanup_t *c = r.pool->cleanup;
  for (; c != nullptr && c->handler == ran; c = c->next) c->handler(c->data);
  r.pool->cleanup = c;
  write_log_down(r);
}

void side::do_cleanups(pool_record &r, step what) {
  switch (what.what) {
    case extra::add_cleanup:
    case extra::add_without_handler:
      return add_cleanup(r, what);
    case extra::add_file:
      return add_file(r, open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null", false);
    case extra::add_temp_file:
      return add_temp_file(r, false);
    case extra::add_gone_file:
      return add_temp_file(r, true);
    case extra::add_broken_file:
      return add_file(r, not_open, "/", what.choice % 2 == 0);
    case extra::run_file:
      return run_file(r, what.choice);
    case extra::unlink_cleanup:
      return unlink_cleanup(r, what.choice);
    default:
      return run_and_assign(r);
  }
}

}  // namespace differential
