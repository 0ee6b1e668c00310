// main.cpp: answers requests, checks that it is the same text in every kind of memory, shows what a
// pool holds for it, and measures.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <pond/pool.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "answer.hpp"
#include "common/measuring.hpp"
#include "common/program.hpp"
#include "common/rounds.hpp"
#include "common/table.hpp"
#include "contenders.hpp"
#include "memory_pond.hpp"
#include "request.hpp"

namespace {

using examples::expect;
using format::contender;
using format::request;

/// What has to be written where nothing was found.
constexpr std::string_view answer_without_articles =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 79\r\n"
    "ETag: \"feed-4f\"\r\nSet-Cookie: session=000000000000feed; Path=/; HttpOnly\r\n\r\n"
    "<!DOCTYPE html>\n<title>/search?for=gold</title>\n<p>0 articles\n<table>\n</table>\n"
    "192.0.2.1 - - [28/Nov/2026:12:00:00 +0000] \"GET /search?for=gold HTTP/1.1\" 200 79 \"-\" "
    "\"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\"\n";

/// And one of the rows.
constexpr std::string_view row_of_a_bolt =
    "<tr><td><a href=\"/articles/4712\">Bolt &lt;M8&gt; &amp; nut</a><td>2.74 EUR\n";

/// The text of an answer, after the handler and its buffers are gone: the views are the pool's.
struct outcome {
  std::string text;
  std::string log_line;
  std::size_t handed_out = 0;  // bytes of the pool
};

outcome answer_in_pool(const request &r, std::size_t expected) {
  pond::pool pool;
  format::pond_buffers memory(pool);
  const format::answer<format::pond_buffers> a = answer_of(r, memory, expected);
  const pond::stats s = pool.stats();
  return {fmt::format("{}{}{}", a.head, a.body, a.log_line), std::string(a.log_line),
          s.used + s.large_bytes};
}

/// Whatever memory is used, the text is the same.
void check(const std::vector<contender> &all, const request &r) {
  const std::string wanted = all.front().text(r);
  expect(r.found.empty() ? wanted == answer_without_articles
                         : wanted.find(row_of_a_bolt) != std::string::npos,
         r.name + " is answered as it has to be");
  for (const contender &c : all) {
    expect(c.text(r) == wanted, fmt::format("{}: {} has the same text", r.name, c.text_in));
  }
}

void demonstrate(const std::vector<contender> &all, const std::vector<request> &requests) {
  std::string lines;
  fmt::print("{:<10} {:>7} {:>20} {:>20}\n", "bytes of", "text", "in a pool, reserved",
             "in a pool, grown");
  for (const request &r : requests) {
    check(all, r);
    const outcome reserved = answer_in_pool(r, expected_length(r));
    const outcome grown = answer_in_pool(r, 0);
    fmt::print("{:<10} {:>7} {:>20} {:>20}\n", r.name, reserved.text.size(), reserved.handed_out,
               grown.handed_out);
    expect(reserved.text == all.front().text(r) && grown.text == reserved.text,
           "a view is good until the pool ends");
    expect(r.found.empty() || grown.handed_out > reserved.handed_out,
           "what a buffer has grown out of stays in the pool");
    lines += reserved.log_line;
  }
  fmt::print("\n{}", lines);
}

void measure(const std::vector<contender> &all, const std::vector<request> &requests,
             const examples::measuring &how) {
  fmt::print("To answer a request and forget it; medians of {} rounds\n", how.rounds);
  const examples::table table("", all, &contender::text_in, how);
  for (const request &r : requests) {
    examples::apart([&] { check(all, r); });
    const auto answer = [&r](const contender &c) { c.answer(r); };
    table.measure(r.name, all.front().text(r).size(), answer, r.repeats);
  }
}

int run(int argc, char **argv) {
  CLI::App app("Writes pages, heads and log lines with {fmt} into a pool, and into other memory");
  examples::measuring measuring;
  measuring.add_to(app, "times every kind of memory, instead");
  CLI11_PARSE(app, argc, argv);
  const std::vector<contender> all = format::contenders();
  const std::vector<request> requests = format::make_requests();
  if (measuring.wanted) {
    measure(all, requests, measuring);
  } else {
    demonstrate(all, requests);
  }
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
