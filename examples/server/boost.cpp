// What of Asio and Beast is no template, compiled once for all variants of the server.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
