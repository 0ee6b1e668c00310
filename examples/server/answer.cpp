#include "answer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <optional>

#include "catalogue.hpp"
#include "page.hpp"

namespace {

constexpr std::string_view products_path = "/products/";
constexpr std::size_t usual_related = 8;

std::string_view view(boost::beast::string_view from) { return {from.data(), from.size()}; }

/// What was asked for: GET /products/ID?related=N&currency=EUR. Text is taken as it stands in the
/// target: this example knows no percent encoding.
struct question {
  std::size_t id = 0;
  list<parameter> parameters;
  list<text> languages;
};

std::optional<std::size_t> number(std::string_view digits) {
  std::size_t value = 0;
  const char *end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

/// The text before the first `separator`, which goes with it from `rest`.
std::string_view next(std::string_view &rest, char separator) {
  const std::string_view piece = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
  return piece;
}

std::optional<question> parse(memory::region &region, const request &asked) {
  const auto memory = region.get_allocator();
  std::string_view query = view(asked.target());
  std::string_view path = next(query, '?');
  if (!path.starts_with(products_path)) return std::nullopt;
  const auto id = number(path.substr(products_path.size()));
  if (!id) return std::nullopt;

  question parsed{*id, list<parameter>(memory), list<text>(memory)};
  while (!query.empty()) {
    std::string_view value = next(query, '&');
    const std::string_view name = next(value, '=');
    parsed.parameters.push_back({text(name, memory), text(value, memory)});
  }
  for (const auto &language : http::ext_list(asked[http::field::accept_language])) {
    parsed.languages.push_back(text(view(language.first), memory));
  }
  return parsed;
}

std::size_t related_wanted(const list<parameter> &parameters) {
  for (const parameter &given : parameters) {
    if (given.name == "related") return number(given.value).value_or(usual_related);
  }
  return usual_related;
}

/// The records for a page. They come through the event loop, as those of a database would.
task look_up(memory::region &region, boost::asio::io_context &io, std::size_t id,
             std::size_t most_related, page &found) {
  (void)co_await operation(region, [&io](auto done) { boost::asio::post(io, std::move(done)); });
  found.main = describe(region, id);
  for (const std::size_t other : catalogue()[id].related) {
    if (found.related.size() == most_related) break;
    found.related.push_back(describe(region, other));
  }
}

}  // namespace

void refuse(response &given, http::status status, std::string_view why) {
  given.result(status);
  given.set(http::field::content_type, "text/plain");
  given.body().assign(why).push_back('\n');
}

task answer(memory::region &region, boost::asio::io_context &io, const request &asked,
            response &given) {
  auto parsed = parse(region, asked);
  if (asked.method() != http::verb::get && asked.method() != http::verb::head) {
    refuse(given, http::status::method_not_allowed, "only GET and HEAD");
    given.set(http::field::allow, "GET, HEAD");
  } else if (!is_ascii(view(asked.target()))) {
    refuse(given, http::status::bad_request, "not ASCII");  // nor would the page be UTF-8
  } else if (!parsed || parsed->id >= catalogue().size()) {
    refuse(given, http::status::not_found, "no such product");
  } else {
    page shown(region, std::move(parsed->parameters), std::move(parsed->languages));
    co_await look_up(region, io, parsed->id, related_wanted(shown.parameters), shown);
    given.result(http::status::ok);
    given.set(http::field::content_type, "application/json");
    write_json(shown, given.body());
  }
}
