// whose_test.cpp: what a tool's report says of an address in a pool. The tool is this program: it
// has AddressSanitizer's functions, so that pond takes it for that.
#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "pond/pond.h"
#include "pond/scope.hpp"

namespace {

void (*after_report)(const char *) = nullptr;
void *reported_address = nullptr;
const char *reported_kind = "";

}  // namespace

extern "C" {
void __asan_poison_memory_region(void const volatile *, std::size_t) {}
void __asan_unpoison_memory_region(void const volatile *, std::size_t) {}
void *__asan_region_is_poisoned(void *p, std::size_t) { return p; }
void __asan_set_error_report_callback(void (*told)(const char *)) { after_report = told; }
void *__asan_get_report_address() { return reported_address; }
const char *__asan_get_report_description() { return reported_kind; }
}

namespace {

constexpr std::size_t remembered = 64;
constexpr const char *use_after_free = "heap-use-after-free";

/// What pond adds to a report: the tag, and whether the pool has or had the address; or "".
std::string said_of(const void *address, const char *kind = "use-after-poison") {
  std::string said;
  pond_set_report(
      [](void *context, const char *tag, int /*error*/, const char *what) {
        *static_cast<std::string *>(context) = std::string(tag) + ": " + what;
      },
      &said);
  reported_address = const_cast<void *>(address);
  reported_kind = kind;
  after_report("");
  pond_set_report(nullptr, nullptr);
  return said;
}

std::string has(const std::string &tag) {
  return tag + ": AddressSanitizer reports an address in memory of this pool";
}

std::string had(const std::string &tag) {
  return tag + ": AddressSanitizer reports an address that was once this pool's";
}

void make_a_pool() { const pond::pool pool({.tag = "made"}); }

/// Registered before there is a pool, so that it runs outside of what a library has registered.
const int registered = pthread_atfork(nullptr, make_a_pool, make_a_pool);

TEST(Whose, EachBlockFromItsFirstByteToItsLast) {
  alignas(16) std::byte around[4096];
  const std::span buffer = std::span(around).subspan(16, 4064);
  pond::pool pool({.first_block = 1024, .tag = "request", .buffer = buffer});
  EXPECT_EQ(said_of(&buffer.front()), has("request"));
  EXPECT_EQ(said_of(&buffer.back()), has("request"));
  EXPECT_EQ(said_of(&buffer.front() - 1), "");
  EXPECT_EQ(said_of(&buffer.back() + 1), "");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(said_of(pool.allocate(300)), has("request"));
}

TEST(Whose, WhatARewindOrAResetKeeps) {
  pond::pool pool({.tag = "request"});
  const void *rewound = nullptr;
  {
    const pond::scope attempt(pool);
    rewound = pool.allocate(100);
  }
  EXPECT_EQ(said_of(rewound), has("request"));
  pool.reset();
  EXPECT_EQ(said_of(rewound), has("request"));
}

TEST(Whose, WhatWentWithThePool) {
  auto pool = std::make_unique<pond::pool>(pond::options{.tag = "whole"});
  std::vector<std::uintptr_t> addresses;  // a compiler knows that pointers are none afterwards
  for (const void *of :
       {static_cast<const void *>(pool.get()), static_cast<const void *>(pool->allocate(100)),
        static_cast<const void *>(pool->allocate_large(100))}) {
    addresses.push_back(reinterpret_cast<std::uintptr_t>(of));
  }
  pool.reset();
  for (const std::uintptr_t address : addresses) {
    const auto *of = reinterpret_cast<const void *>(address);
    EXPECT_EQ(said_of(of, use_after_free), had("whole"));
    EXPECT_EQ(said_of(of), "") << "what was not freed is somebody else's by now";
  }
}

TEST(Whose, OnlyTheLatest) {
  pond::pool pool({.tag = "request"});
  std::vector<void *> freed;
  for (std::size_t i = 0; i <= remembered; ++i) freed.push_back(pool.allocate_large(100));
  for (void *large : freed) pool.free(large);
  EXPECT_EQ(said_of(freed[0], use_after_free), "");
  EXPECT_EQ(said_of(freed[1], use_after_free), had("request"));
  EXPECT_EQ(said_of(freed[remembered], use_after_free), had("request"));
}

TEST(Whose, TheLatestOfSeveralThatHadIt) {
  alignas(16) static std::byte memory[8192];
  const pond::upstream always_the_same = {
      .allocate = [](void *, std::size_t, std::size_t) -> void * { return memory; },
      .deallocate = [](void *, void *, std::size_t, std::size_t) {},
      .context = nullptr};
  for (const char *tag : {"first", "second"}) {
    const pond::pool pool({.upstream = &always_the_same, .tag = tag});
  }
  EXPECT_EQ(said_of(memory, use_after_free), had("second"));
}

TEST(Whose, APoolInABufferFromAnotherOne) {
  pond::pool outer({.tag = "outer"});
  const auto buffer = std::span(static_cast<std::byte *>(outer.allocate(2048)), 2048);
  {
    const pond::pool inner({.tag = "inner", .buffer = buffer});
    EXPECT_EQ(said_of(&buffer[1000]), has("inner"));
    EXPECT_EQ(said_of(&buffer[0] - 1), has("outer"));
  }
  EXPECT_EQ(said_of(&buffer[1000]), has("outer"));
}

TEST(Whose, TheNewestPoolOfABufferThatAnotherWasNotEndedIn) {
  alignas(16) std::byte buffer[8192];
  alignas(pond::pool) std::byte abandoned[4][sizeof(pond::pool)];
  new (abandoned[0]) pond::pool({.tag = "first", .buffer = std::span(buffer, 2048)});
  new (abandoned[1]) pond::pool({.tag = "second", .buffer = std::span(buffer + 4096, 2048)});
  EXPECT_EQ(said_of(buffer + 5000), has("second"));
  new (abandoned[2]) pond::pool({.tag = "third", .buffer = std::span(buffer + 1024, 4096)});
  EXPECT_EQ(said_of(buffer + 1024), has("third"));
  EXPECT_EQ(said_of(buffer + 5000), has("third"));
  EXPECT_EQ(said_of(buffer), has("first")) << "it may be there still";
  new (abandoned[3]) pond::pool({.tag = "fourth", .buffer = std::span(buffer, 1024)});
  EXPECT_EQ(said_of(buffer), has("fourth"));
  EXPECT_EQ(said_of(buffer + 1023), has("fourth"));
}

TEST(Whose, PoolsThatBeginAndEndInAnyOrder) {
  std::mt19937 random(1);
  std::vector<std::pair<std::string, std::unique_ptr<pond::pool>>> pools(200);
  for (int i = 0; i < 5000; ++i) {
    auto &[tag, pool] = pools[random() % pools.size()];
    tag = std::to_string(i);
    pool.reset();
    pool = std::make_unique<pond::pool>(pond::options{.tag = tag.c_str()});
    const auto &[other, asked] = pools[random() % pools.size()];
    if (asked == nullptr) continue;
    EXPECT_EQ(said_of(asked->allocate(1 + random() % 100)), has(other));
  }
}

/// Something is looked up there, among so many that it is nearly always under way.
TEST(Whose, AChildThatIsForkedWhileAnotherThreadIsInTheTable) {
  constexpr int children = 20;  // in most of them the other thread is in there
  constexpr int held = 5000;
  std::vector<pond::pool> pools;
  for (int i = 0; i < held; ++i) pools.emplace_back(pond::options{.tag = "held"});
  ASSERT_EQ(registered, 0);
  std::atomic<bool> done = false;
  reported_address = nullptr;
  std::thread busy([&] {
    while (!done) after_report("");
  });
  for (int i = 0; i < children && !HasFailure(); ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);
      make_a_pool();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << "it waits for a lock";
  }
  done = true;
  busy.join();
}

}  // namespace
