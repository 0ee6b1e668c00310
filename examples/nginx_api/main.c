/* main.c: nginx's pool, with nginx's names, in a program that is not nginx.
 *
 * A connection's pool and, in turn, those of its requests: allocations, cleanups, a file that is
 * closed and one that is deleted, as nginx's development guide has them. Each step is checked. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */

#include <fcntl.h>
#include <ngx_config.h>

#include <ngx_core.h>
#include <pond/embed.h>
#include <pond/pond.h>
#include <stdio.h>

#include "log.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      return NGX_DECLINED;                                            \
    }                                                                 \
  } while (0)

enum { connection_pool_size = 512, request_pool_size = 4096, body_size = 32768 };

typedef struct {
  ngx_uint_t requests;
} connection_t;

/* What a module keeps for a request. */
typedef struct {
  connection_t *connection;
  u_char *uri;
  u_char *body;
  ngx_uint_t headers;
} request_t;

/* What happened, in order: one letter for each cleanup. */
static char happened[8];
static size_t happenings;

static void note(void *letter) { happened[happenings++] = *(const char *)letter; }

static ngx_int_t add_note(ngx_pool_t *pool, char letter) {
  ngx_pool_cleanup_t *cln = ngx_pool_cleanup_add(pool, sizeof(letter));
  CHECK(cln != NULL);
  *(char *)cln->data = letter; /* memory of the pool: alive until the handler has run */
  cln->handler = note;
  return NGX_OK;
}

/* The pool closes `fd`, and deletes the file before if the handler is ngx_pool_delete_file. */
static ngx_int_t add_file(ngx_pool_t *pool, ngx_fd_t fd, u_char *name,
                          ngx_pool_cleanup_pt handler) {
  ngx_pool_cleanup_t *cln = ngx_pool_cleanup_add(pool, sizeof(ngx_pool_cleanup_file_t));
  CHECK(cln != NULL);
  ngx_pool_cleanup_file_t *file = cln->data;
  cln->handler = handler;
  file->fd = fd;
  file->name = name;
  file->log = pool->log;
  return NGX_OK;
}

static u_char *copy(ngx_pool_t *pool, const char *text) {
  const size_t size = strlen(text) + 1;
  u_char *p = ngx_pnalloc(pool, size); /* text wants no alignment */
  return p != NULL ? memcpy(p, text, size) : NULL;
}

static int is_open(ngx_fd_t fd) { return fcntl(fd, F_GETFD) != -1; }

/* A request with a temporary file for its body and a file that it sends. */
static ngx_int_t serve(connection_t *connection, ngx_log_t *log) {
  ngx_pool_t *pool = ngx_create_pool(request_pool_size, log);
  CHECK(pool != NULL);
  request_t *r = ngx_pcalloc(pool, sizeof(request_t));
  CHECK(r != NULL && r->headers == 0);
  r->connection = connection;
  r->uri = copy(pool, "/index.html");
  CHECK(r->uri != NULL);

  happenings = 0;
  CHECK(add_note(pool, '1') == NGX_OK);

  char name[] = "/tmp/nginx-api-XXXXXX";
  const ngx_fd_t temp = mkstemp(name);
  CHECK(temp != -1 && add_file(pool, temp, copy(pool, name), ngx_pool_delete_file) == NGX_OK);
  const ngx_fd_t sent = open("/dev/null", O_RDONLY);
  CHECK(sent != -1 && add_file(pool, sent, copy(pool, "null"), ngx_pool_cleanup_file) == NGX_OK);
  CHECK(add_note(pool, '2') == NGX_OK);

  r->body = ngx_palloc(pool, body_size); /* large: it may go before the request */
  CHECK(r->body != NULL && ngx_pfree(pool, r->body) == NGX_OK);
  CHECK(ngx_pfree(pool, r->uri) == NGX_DECLINED); /* small: it stays */

  ngx_pool_run_cleanup_file(pool, sent); /* it has been sent */
  CHECK(!is_open(sent) && is_open(temp) && access(name, F_OK) == 0);

  /* What pond knows of it: any function of pond.h takes the pool behind the struct. */
  pond_stats stats;
  pond_get_stats(pond_embedded_pool((pond_head *)&pool->d), &stats);
  printf("%s: %zu bytes used of %zu, %zu large\n", (char *)r->uri, stats.used, stats.reserved,
         stats.large);

  connection->requests += 1;
  ngx_destroy_pool(pool); /* the newest cleanup first */
  CHECK(happenings == 2 && happened[0] == '2' && happened[1] == '1');
  CHECK(!is_open(temp) && access(name, F_OK) == -1);
  return NGX_OK;
}

/* No memory is NULL, and a line in the pool's log; the pool is as it was. */
static ngx_int_t run_out(ngx_pool_t *pool) {
  const ngx_uint_t before = log_lines;
  CHECK(ngx_palloc(pool, SIZE_MAX / 2 + 1) == NULL);
  CHECK(log_lines == before + 1);
  CHECK(ngx_palloc(pool, 1) != NULL);
  return NGX_OK;
}

int main(void) {
  ngx_pagesize = (ngx_uint_t)sysconf(_SC_PAGESIZE); /* decides what is large; nginx asks at start */
  ngx_log_t log = {NGX_LOG_CRIT, NULL};
  ngx_pool_t *pool = ngx_create_pool(connection_pool_size, &log);
  connection_t *connection = pool != NULL ? ngx_pcalloc(pool, sizeof(connection_t)) : NULL;
  if (connection == NULL) return 1;
  ngx_int_t rc = NGX_OK;
  for (int i = 0; i < 3 && rc == NGX_OK; ++i) rc = serve(connection, &log);
  if (rc == NGX_OK) rc = run_out(pool);
  printf("%zu requests\n", (size_t)connection->requests);
  ngx_destroy_pool(pool);
  return rc == NGX_OK ? 0 : 1;
}
