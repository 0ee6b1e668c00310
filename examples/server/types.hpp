// types.hpp: what a request is made of, over whichever memory the server was built with.
#ifndef EXAMPLES_SERVER_TYPES_HPP
#define EXAMPLES_SERVER_TYPES_HPP

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <vector>

#include SERVER_MEMORY  // memory_pond.hpp, memory_new.hpp or memory_monotonic.hpp

namespace http = boost::beast::http;

using text = std::basic_string<char, std::char_traits<char>, memory::allocator<char>>;

template <class T>
using list = std::vector<T, memory::allocator<T>>;

using fields = http::basic_fields<memory::allocator<char>>;
using body = http::basic_string_body<char, std::char_traits<char>, memory::allocator<char>>;
using request = http::request<body, fields>;
using request_parser = http::request_parser<body, memory::allocator<char>>;
using response = http::response<body, fields>;

#endif
