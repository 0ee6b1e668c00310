// answer.hpp: what the server does with one request.
#ifndef EXAMPLES_SERVER_ANSWER_HPP
#define EXAMPLES_SERVER_ANSWER_HPP

#include <boost/asio/io_context.hpp>

#include "task.hpp"
#include "types.hpp"

/// Fills in the response to `asked`. Whatever it makes on the way is in `region`, and is not given
/// back one by one there.
task answer(memory::region &region, boost::asio::io_context &io, const request &asked,
            response &given);

/// The response to what is not HTTP, or not what this server understands.
void refuse(response &given, http::status status, std::string_view why);

#endif
