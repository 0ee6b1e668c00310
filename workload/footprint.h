/* footprint.h: what a contender takes from the C library, counted in a run of its own. C99 and C++.
 *
 * While counting is off, which it is in timed runs, taking costs one predicted branch. */
#ifndef POND_WORKLOAD_FOOTPRINT_H
#define POND_WORKLOAD_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

extern bool footprint_counting;

void footprint_taken(void *p, size_t size);
void footprint_given(void *p);

static inline void *footprint_note(void *p, size_t size) {
  if (__builtin_expect(footprint_counting, 0) && p != NULL) footprint_taken(p, size);
  return p;
}

static inline void *footprint_malloc(size_t size) { return footprint_note(malloc(size), size); }

static inline void *footprint_memalign(size_t alignment, size_t size) {
  void *p = NULL;
  return posix_memalign(&p, alignment, size) == 0 ? footprint_note(p, size) : NULL;
}

static inline void footprint_free(void *p) {
  if (__builtin_expect(footprint_counting, 0)) footprint_given(p);
  free(p);
}

#ifdef __cplusplus
}
#endif

#endif
