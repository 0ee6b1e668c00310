/* Sizes, offsets and values that modules were compiled with, as one of the two headers has them.
 * Compiled against each; layout_test.cpp compares. */
#include <ngx_config.h>

#include <ngx_core.h>

#include "layout.h"

#define NUMBER(expression) \
  { #expression, (size_t)(expression) }
#define OFFSET(type, member) \
  { #type "." #member, offsetof(type, member) }
#define SIZE(type, member) \
  { "sizeof " #type "." #member, sizeof(((type *)0)->member) }
#define MEMBER(type, member) OFFSET(type, member), SIZE(type, member)

size_t LAYOUT(const struct layout_entry **entries, size_t *most_small) {
  static const struct layout_entry all[] = {
      NUMBER(sizeof(ngx_pool_t)),
      MEMBER(ngx_pool_t, d),
      MEMBER(ngx_pool_t, max),
      MEMBER(ngx_pool_t, current),
      MEMBER(ngx_pool_t, chain),
      MEMBER(ngx_pool_t, large),
      MEMBER(ngx_pool_t, cleanup),
      MEMBER(ngx_pool_t, log),
      NUMBER(sizeof(ngx_pool_data_t)),
      MEMBER(ngx_pool_data_t, last),
      MEMBER(ngx_pool_data_t, end),
      MEMBER(ngx_pool_data_t, next),
      MEMBER(ngx_pool_data_t, failed),
      NUMBER(sizeof(ngx_pool_large_t)),
      MEMBER(ngx_pool_large_t, next),
      MEMBER(ngx_pool_large_t, alloc),
      NUMBER(sizeof(ngx_pool_cleanup_t)),
      MEMBER(ngx_pool_cleanup_t, handler),
      MEMBER(ngx_pool_cleanup_t, data),
      MEMBER(ngx_pool_cleanup_t, next),
      NUMBER(sizeof(ngx_pool_cleanup_file_t)),
      MEMBER(ngx_pool_cleanup_file_t, fd),
      MEMBER(ngx_pool_cleanup_file_t, name),
      MEMBER(ngx_pool_cleanup_file_t, log),
      NUMBER(sizeof(ngx_pool_cleanup_pt)),
      NUMBER(NGX_DEFAULT_POOL_SIZE),
      NUMBER(NGX_POOL_ALIGNMENT),
      NUMBER(NGX_MIN_POOL_SIZE),
  };
  *entries = all;
  *most_small = NGX_MAX_ALLOC_FROM_POOL;
  return sizeof(all) / sizeof(all[0]);
}
