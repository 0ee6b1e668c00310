// allowed.hpp: the differences between nginx's pool and pond's that somebody can see and that are
// meant (DESIGN.md, "nginx"). This is all of them: what is not here must not differ.
//
// The first group is done for nginx's own, so that the two can go on from the same state; that
// nginx really does otherwise is bugs_test.cpp's to show. Of the second group nothing is compared.
#ifndef POND_TESTS_NGINX_ALLOWED_HPP
#define POND_TESTS_NGINX_ALLOWED_HPP

#include <string>

#include "implementation.hpp"
#include "recorder.hpp"

namespace differential::allowed {

// --- Done for nginx's own -----------------------------------------------------------------------

/// Bug 1: the end of a pool of odd size is not aligned, and what does not fit is handed out.
void end_is_aligned(const implementation &of, ngx_pool_t *pool);

/// Bug 3: a reset forgets neither the cleanups nor that their memory is handed out again.
void cleanups_run_at_reset(const implementation &of, ngx_pool_t *pool);

/// Bug 10: a file that is to be deleted is not found by its descriptor.
void run_cleanup_file(const implementation &of, ngx_pool_t *pool, ngx_fd_t fd);

// --- Not compared -------------------------------------------------------------------------------

/// Debug lines of upstream calls that are made otherwise: blocks taken and given back, and list
/// nodes of large allocations that are gone (bugs 5 and 7).
bool is_of_a_block_or_an_empty_node(const log_line &line, bool returned_to_the_caller);

/// Which large allocation is freed first when a pool is destroyed: nginx puts a new one where an
/// older one was freed.
bool order_is_free(const std::string &line);

/// Without memory: whether the large allocation or a block for its record was refused first.
std::string refusal(const std::string &line);

// Nor are, because no caller of the interface asks for them:
//   d.next, d.failed, current, large     not kept: pond's own, 0, the pool itself, NULL
//   where an allocation lies             and whether an array still grows in place (bugs 8, 9, 11)
//   ngx_pfree(pool, NULL)                NGX_OK in nginx once an allocation was freed; declined
//   ngx_pmemalign at less than 8         refused by posix_memalign; served
//   the list while cleanups run          one leaves it before it is called (bug 4)
//   pools smaller than their struct      undefined in nginx (bug 2)

}  // namespace differential::allowed

#endif
