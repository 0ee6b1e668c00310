/* victim.c: programs with one mistake each, over the unmodified library. Tools have to find it.
 *
 *   victim CASE      "clean" makes none and holds everything there is until the end */
#include <pond/pond.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *volatile out; /* the compiler does not know where it points */

static void fill(pond_pool *pool, size_t size) {
  out = pond_alloc_packed(pool, size);
  memset(out, 'x', size);
}

static void overflow_by_one(pond_pool *pool) {
  fill(pool, 13);
  char *text = out;
  fill(pool, 13);
  text[13] = '!';
}

static void nothing(void *data) { (void)data; }

static void overflow_into_a_record(pond_pool *pool) {
  fill(pool, 64);
  pond_on_destroy(pool, nothing, NULL);
  out[64] = '!';
}

static void overflow_into_a_mark(pond_pool *pool) {
  fill(pool, 64);
  (void)pond_get_mark(pool);
  out[64] = '!';
}

static void underflow_by_one(pond_pool *pool) {
  fill(pool, 13);
  out[-1] = '!';
}

static void overflow_of_a_large(pond_pool *pool) {
  out = pond_alloc_large(pool, 5001);
  out[5001] = '!';
}

static void use_after_reset(pond_pool *pool) {
  fill(pool, 100);
  pond_reset(pool);
  out[0] = '!';
}

static void use_after_rewind(pond_pool *pool) {
  const pond_mark mark = pond_get_mark(pool);
  fill(pool, 100);
  pond_rewind(pool, mark);
  out[50] = '!';
}

static pond_pool *filled_child(pond_pool *pool) {
  pond_options options = POND_OPTIONS_INIT;
  options.parent = pool;
  options.tag = "child";
  pond_pool *child = pond_create_with(&options);
  fill(child, 100);
  return child;
}

static void use_after_destruction(pond_pool *pool) {
  pond_destroy(filled_child(pool));
  out[0] = '!';
}

/* main() destroys the pool afterwards, again. */
static void destroy_twice(pond_pool *pool) { pond_destroy(pool); }

static void allocate_after_destruction(pond_pool *pool) {
  pond_destroy(pool);
  out = pond_alloc(pool, 100);
}

static void *release(void *pool) { return pond_release(pool), NULL; }

/* main() does so once too often. */
static void release_from_two_threads(pond_pool *pool) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, release, pool) != 0) abort();
  pthread_join(thread, NULL);
}

static void destroy_a_child_after_its_parent(pond_pool *pool) {
  pond_pool *child = filled_child(pool);
  pond_destroy(pool);
  pond_destroy(child);
}

/* What the first block has no room for is in one that the rewind gives back. */
static void use_after_rewind_of_a_block(pond_pool *pool) {
  const pond_mark mark = pond_get_mark(pool);
  for (int i = 0; i < 10; ++i) fill(pool, 100);
  pond_rewind(pool, mark);
  out[50] = '!';
}

static void overflow_in_a_later_block(pond_pool *pool) {
  for (int i = 0; i < 100; ++i) fill(pool, 100);
  out[100] = '!';
}

/* Its block is known by address; a leak checker must not take that for a pointer. */
static void lost(pond_pool *pool) {
  (void)pool;
  out = NULL;
  (void)pond_create(0);
}

static void use_after_free(pond_pool *pool) {
  out = pond_alloc_large(pool, 100);
  pond_free(pool, out);
  out[0] = '!';
}

static void use_after_free_sized(pond_pool *pool) {
  fill(pool, 100);
  pond_free_sized(pool, out, 100);
  out[0] = '!';
}

static void use_after_shrinking(pond_pool *pool) {
  fill(pool, 100);
  out = pond_resize(pool, out, 100, 20);
  out[60] = '!';
}

static void free_twice(pond_pool *pool) {
  fill(pool, 100);
  char *text = out;
  fill(pool, 1);
  pond_free_sized(pool, text, 100);
  pond_free_sized(pool, text, 100);
}

static void free_twice_under_a_mark(pond_pool *pool) {
  (void)pond_get_mark(pool);
  free_twice(pool);
}

static void free_twice_in_a_block_under_a_mark(pond_pool *pool) {
  (void)pond_get_mark(pool);
  for (int i = 0; i < 10; ++i) fill(pool, 100);
  free_twice(pool);
}

/* The rewind brings back what the mark knows; nothing here is wrong. */
static void resize_to_nothing_under_a_mark(pond_pool *pool) {
  fill(pool, 100);
  const pond_mark mark = pond_get_mark(pool);
  out = pond_resize(pool, out, 100, 0);
  pond_free_sized(pool, out, 0);
  pond_rewind(pool, mark);
}

static void free_without_size(pond_pool *pool) {
  fill(pool, 16);
  pond_free_sized(pool, out, 0);
}

static void free_too_small(pond_pool *pool) {
  fill(pool, 100);
  pond_free_sized(pool, out, 84);
}

static void free_wrong_size_after_a_reset(pond_pool *pool) {
  fill(pool, 100);
  (void)pond_get_mark(pool);
  out = pond_resize(pool, out, 100, 20); /* what is cut off stays open for the rewind */
  pond_reset(pool);
  free_too_small(pool);
}

static void free_wrong_size(pond_pool *pool) {
  fill(pool, 100);
  pond_free_sized(pool, out, 120);
}

static void free_interior(pond_pool *pool) {
  fill(pool, 64);
  pond_free_sized(pool, out + 16, 48);
}

static void free_large_wrong_size(pond_pool *pool) {
  out = pond_alloc_large(pool, 5000);
  pond_free_sized(pool, out, 5001);
}

static void free_large_too_small(pond_pool *pool) {
  out = pond_alloc_large(pool, 5000);
  pond_free_sized(pool, out, 4984);
}

static void free_large_without_size(pond_pool *pool) {
  out = pond_alloc_large(pool, 5000);
  pond_free_sized(pool, out, 0);
}

static void free_foreign(pond_pool *pool) {
  static char foreign[100];
  pond_free_sized(pool, foreign, sizeof(foreign));
}

static void uninitialized(pond_pool *pool) {
  const char *text = pond_alloc(pool, 16);
  if (text[3] == 'x') puts("x");
}

/* Everything a pool can hold, used as it should be, and kept: nothing of it is a leak, because it is
 * reachable; not even what only the pool knows of. */
static void clean(pond_pool *pool) {
  static pond_pool *kept;
  pond_options options = POND_OPTIONS_INIT;
  options.parent = pool;
  options.tag = "child";
  pond_pool *child = pond_create_with(&options);
  for (int i = 0; i < 200; ++i) {
    fill(i % 2 == 0 ? pool : child, (size_t)i * 3);
    pond_on_destroy(pool, nothing, NULL);
    memset(pond_alloc_large(pool, 100), 0, 100);
    memset(pond_alloc_aligned(pool, 100, 256), 0, 100);
    /* A block whose only pointer lies in the pool. */
    *(char **)pond_alloc(pool, sizeof(char *)) = malloc(10);
  }
  pond_mark mark = pond_get_mark(pool);
  fill(pool, 5000);
  pond_rewind(pool, mark);
  mark = pond_get_mark(child);
  fill(child, 300);
  pond_commit(child, mark);
  fill(child, 30);
  char *text = out;
  fill(child, 30);
  pond_free_sized(child, text, 30); /* not the newest one, and in a later block */
  kept = pool;
  (void)kept;
  exit(0);
}

static const struct {
  const char *name;
  void (*run)(pond_pool *pool);
} cases[] = {
    {"overflow-by-one", overflow_by_one},
    {"overflow-into-a-record", overflow_into_a_record},
    {"overflow-into-a-mark", overflow_into_a_mark},
    {"underflow-by-one", underflow_by_one},
    {"overflow-of-a-large", overflow_of_a_large},
    {"use-after-reset", use_after_reset},
    {"use-after-rewind", use_after_rewind},
    {"use-after-rewind-of-a-block", use_after_rewind_of_a_block},
    {"overflow-in-a-later-block", overflow_in_a_later_block},
    {"use-after-destruction", use_after_destruction},
    {"destroy-twice", destroy_twice},
    {"allocate-after-destruction", allocate_after_destruction},
    {"release-from-two-threads", release_from_two_threads},
    {"destroy-a-child-after-its-parent", destroy_a_child_after_its_parent},
    {"lost", lost},
    {"use-after-free", use_after_free},
    {"use-after-free-sized", use_after_free_sized},
    {"use-after-shrinking", use_after_shrinking},
    {"free-twice", free_twice},
    {"free-wrong-size", free_wrong_size},
    {"free-too-small", free_too_small},
    {"free-twice-under-a-mark", free_twice_under_a_mark},
    {"free-twice-in-a-block-under-a-mark", free_twice_in_a_block_under_a_mark},
    {"free-without-size", free_without_size},
    {"free-wrong-size-after-a-reset", free_wrong_size_after_a_reset},
    {"free-interior", free_interior},
    {"free-large-wrong-size", free_large_wrong_size},
    {"free-large-too-small", free_large_too_small},
    {"free-large-without-size", free_large_without_size},
    {"free-foreign", free_foreign},
    {"resize-to-nothing-under-a-mark", resize_to_nothing_under_a_mark},
    {"uninitialized", uninitialized},
    {"clean", clean},
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 2 && i < sizeof(cases) / sizeof(cases[0]); ++i) {
    if (strcmp(argv[1], cases[i].name) != 0) continue;
    pond_options options = POND_OPTIONS_INIT;
    options.first_block = 1024;
    options.tag = "victim";
    pond_pool *pool = pond_create_with(&options);
    cases[i].run(pool);
    pond_destroy(pool);
    return 0;
  }
  fprintf(stderr, "usage: victim CASE\n");
  return 2;
}
