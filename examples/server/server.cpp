// An HTTP/1.1 server on one thread with one region of memory per request.
#include "server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <list>

#include "answer.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr std::chrono::seconds longest_silence{30};
constexpr std::chrono::seconds longest_leave{5};
/// Until a connection is accepted again after there was no descriptor or memory for one: a
/// processor has next to nothing to do meanwhile, and a client hardly notices.
constexpr std::chrono::milliseconds pause_without_resources{50};
constexpr std::size_t discarded_at_once = 4096;  // bytes
constexpr std::size_t most_unread = 8192;        // bytes; the longest header is so long, too
constexpr std::size_t most_body = std::size_t{64} * 1024;  // bytes

/// A connection, over any number of requests.
struct connection {
  /// The buffer never grows: what throws while asio reads into it takes the waiting coroutine
  /// along.
  explicit connection(tcp::socket accepted) : stream(std::move(accepted)), buffer(most_unread) {
    buffer.reserve(most_unread);
  }

  beast::tcp_stream stream;   // has no operation left when the connection ends
  beast::flat_buffer buffer;  // what was read beyond the last request
  bool open = true;
  memory::region region;  // of the coroutine that serves it
  task served;
};

using connections = std::list<connection>;

/// Whether what came is a mistake of the client's that it should be told about, rather than the end
/// of the connection.
bool malformed(const boost::system::error_code &error) {
  return error.category() == make_error_code(http::error::bad_target).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

/// Whether accepting would fail again at once: the connection still waits, and nothing has changed.
bool out_of_resources(const boost::system::error_code &error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::no_buffer_space || error == errc::not_enough_memory;
}

/// Says how long the body is. HEAD gets that alone: a body would be taken for the next response.
void complete(response &given, http::verb asked) {
  given.prepare_payload();
  if (asked == http::verb::head) given.body().clear();
}

/// One request and its response, both with everything they need in `region`.
task exchange(memory::region &region, asio::io_context &io, connection &with) {
  const auto memory = std::make_tuple(region.get_allocator());
  request_parser parser(std::piecewise_construct, memory, memory);
  parser.body_limit(most_body);
  with.stream.expires_after(longest_silence);
  const auto unread = co_await operation(region, [&](auto done) {
    http::async_read(with.stream, with.buffer, parser, std::move(done));
  });
  with.open = !unread;
  if (unread && !malformed(unread)) co_return;

  response given(std::piecewise_construct, memory, memory);
  if (unread) {
    refuse(given, http::status::bad_request, "not understood");
  } else {
    co_await answer(region, io, parser.get(), given);
    with.open = parser.get().keep_alive();
  }
  given.keep_alive(with.open);
  complete(given, parser.get().method());
  const auto unwritten = co_await operation(
      region, [&](auto done) { http::async_write(with.stream, given, std::move(done)); });
  with.open = with.open && !unwritten;
}

/// Closes a connection when the client has, or after a while: closed with something unread, it
/// would be reset, and the client might not see the last response.
task take_leave(memory::region &own, connection &from) {
  boost::system::error_code error;
  from.stream.socket().shutdown(tcp::socket::shutdown_send, error);
  from.stream.expires_after(longest_leave);
  while (!error) {
    from.buffer.clear();
    error = co_await operation(own, [&from](auto done) {
      from.stream.async_read_some(from.buffer.prepare(discarded_at_once), std::move(done));
    });
  }
  from.stream.close();
}

/// A connection from its first request to its end, a region of memory for each request. Without
/// memory it is closed as it is (where asio has none between two of its own steps, it stays open,
/// and nobody serves it). It is among the ended ones afterwards, and not destroyed from
/// here: this coroutine's frame is in it.
task serve(memory::region &own, asio::io_context &io, connections &all, connections &ended,
           connections::iterator self) {
  try {
    while (self->open) {
      memory::region region;  // ends with the request
      co_await exchange(region, io, *self);
    }
    co_await take_leave(own, *self);
  } catch (const std::bad_alloc &) {
  }
  ended.splice(ended.begin(), all, self);
}

class server {
 public:
  server(asio::io_context &io, std::uint16_t port)
      : io_(io), acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), port)), pause_(io) {
    accept();
  }
  server(const server &) = delete;
  server &operator=(const server &) = delete;

  /// What is under way is broken off, which it learns at once, and not before it has is its memory
  /// gone. Nothing is waited for: a connection that was lost without memory may have left a timer
  /// of half a minute.
  ~server() {
    stop();
    for (bool done = false; !done;) {
      try {
        while (io_.poll_one() != 0) ended_.clear();
        done = true;
      } catch (...) {  // of one handler, which is gone
      }
    }
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Until stop(). What asio has no memory for is thrown from here: one connection is lost, and
  /// perhaps the accepting of others, which begins anew.
  void run() {
    for (bool interrupted = false;; interrupted = true) {
      try {
        if (interrupted && acceptor_.is_open()) {
          acceptor_.cancel();
          pause_.cancel();
          accept();
        }
        while (acceptor_.is_open() && io_.run_one() != 0) ended_.clear();
        return;
      } catch (const std::bad_alloc &) {
      }
    }
  }

  /// Lets run() return.
  void stop() {
    boost::system::error_code error;
    acceptor_.close(error);
    for (connection &one : connections_) one.stream.close();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket accepted) {
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
      try {
        if (!error) begin(std::move(accepted));
      } catch (const std::bad_alloc &) {
      }
      if (out_of_resources(error)) {
        accept_later();
      } else {
        accept();
      }
    });
  }

  void accept_later() {
    pause_.expires_after(pause_without_resources);
    pause_.async_wait([this](boost::system::error_code error) {
      if (!error && acceptor_.is_open()) accept();
    });
  }

  void begin(tcp::socket accepted) {
    connections one;
    one.emplace_front(std::move(accepted));
    one.front().served = serve(one.front().region, io_, connections_, ended_, one.begin());
    connections_.splice(connections_.begin(), one);
    connections_.front().served.start();
  }

  asio::io_context &io_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  connections connections_;
  connections ended_;
};

}  // namespace

void serve(std::uint16_t port) {
  asio::io_context io(1);
  server running(io, port);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&running](boost::system::error_code, int) { running.stop(); });
  std::printf("listening on 127.0.0.1:%u\n", unsigned{running.port()});
  std::fflush(stdout);
  running.run();
}
