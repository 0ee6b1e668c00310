// compare.hpp: one program over nginx's own pool and over pond's, in one process; everything that a
// caller can see is compared. What may differ is in allowed.hpp, and nothing else may.
#ifndef POND_TESTS_NGINX_COMPARE_HPP
#define POND_TESTS_NGINX_COMPARE_HPP

#include "script.hpp"

namespace differential {

/// A failure of GoogleTest says where the two began to differ, and what was wrong with either.
void compare(const script &runs);

}  // namespace differential

#endif
