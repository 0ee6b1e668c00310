// server.hpp: the server, over whichever memory it was built with.
#ifndef EXAMPLES_SERVER_SERVER_HPP
#define EXAMPLES_SERVER_SERVER_HPP

#include <cstdint>

/// Listens on the loopback interface and answers until the program is told to end. Port 0: a free
/// one.
void serve(std::uint16_t port);

#endif
