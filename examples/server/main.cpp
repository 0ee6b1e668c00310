#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "common/program.hpp"
#include "server.hpp"

namespace {

int run(int argc, char **argv) {
  CLI::App app("Answers GET /products/ID?related=N with JSON, on the loopback interface.");
  std::uint16_t port = 0;
  app.add_option("--port", port, "to listen on; 0: a free one")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    serve(port);
  } catch (const boost::system::system_error &error) {  // its what() says where in Boost, too
    throw std::runtime_error(fmt::format("port {}: {}", port, error.code().message()));
  }
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
