/* What layout.c says of each of the two headers. C99 and C++. */
#ifndef POND_TESTS_NGINX_LAYOUT_H
#define POND_TESTS_NGINX_LAYOUT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct layout_entry {
  const char *name;
  size_t value;
};

/* How many entries there are. `most_small` is NGX_MAX_ALLOC_FROM_POOL, which the page size decides. */
size_t layout_of_upstream(const struct layout_entry **entries, size_t *most_small);
size_t layout_of_pond(const struct layout_entry **entries, size_t *most_small);

#ifdef __cplusplus
}
#endif

#endif
