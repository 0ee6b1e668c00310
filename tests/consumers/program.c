/* A C program as a user writes it: C99, linked with cc, every part of the pool once. */
#include <errno.h>
#include <fcntl.h>
#include <pond/embed.h>
#include <pond/pond.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) {                                              \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);        \
      return 1;                                                      \
    }                                                                \
  } while (0)

static void add_one(void *counter) { ++*(int *)counter; }

int main(void) {
  int ran = 0;
  pond_options options = POND_OPTIONS_INIT;
  options.hard_limit = 1 << 20;
  options.tag = "request";
  pond_pool *pool = pond_create_with(&options);
  CHECK(pool != NULL);
  CHECK(strcmp(pond_get_tag(pool), "request") == 0);

  char *line = pond_printf(pool, "GET /%s HTTP/1.%d", "index.html", 1);
  CHECK(strcmp(line, "GET /index.html HTTP/1.1") == 0);
  int *numbers = pond_calloc(pool, 10, sizeof *numbers);
  CHECK(numbers != NULL && numbers[9] == 0);

  const int fd = open("/dev/null", O_RDONLY);
  CHECK(pond_own_fd(pool, fd) == 0);
  CHECK(pond_on_destroy(pool, add_one, &ran) != NULL);

  const pond_mark mark = pond_get_mark(pool);
  CHECK(pond_on_destroy(pool, add_one, &ran) != NULL);
  CHECK(pond_rewind(pool, mark) && ran == 1);

  void *buffer = pond_alloc_large(pool, 16384);
  CHECK(pond_free(pool, buffer) && !pond_free(pool, buffer));
  CHECK(pond_alloc(pool, 2 << 20) == NULL && errno == EDQUOT);

  pond_stats stats;
  pond_get_stats(pool, &stats);
  CHECK(stats.cleanups == 2 && stats.large == 0);
  pond_destroy(pool);
  CHECK(ran == 2);
  CHECK(fcntl(fd, F_GETFD) == -1);
  pond_trim();
  return 0;
}
