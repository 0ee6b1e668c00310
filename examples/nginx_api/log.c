#include "log.h"

#include <stdarg.h>
#include <stdio.h>

ngx_uint_t ngx_pagesize;
ngx_uint_t log_lines;

/* One argument, by nginx's letters, which are not printf's: those that the pool's own lines have.
 * Returns what follows them in the format. */
static const char *print_argument(const char *letters, va_list *arguments) {
  if (letters[0] == 'u' && letters[1] == 'z') {
    fprintf(stderr, "%zu", va_arg(*arguments, size_t));
    return letters + 2;
  }
  if (letters[0] == 's') fputs(va_arg(*arguments, const char *), stderr);
  if (letters[0] == 'd') fprintf(stderr, "%d", va_arg(*arguments, int));
  if (letters[0] == 'p') fprintf(stderr, "%p", va_arg(*arguments, void *));
  return letters + 1;
}

/* Called for what the log's level lets through. */
void ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t error, const char *format,
                        ...) {
  (void)log;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "log level %d: ", (int)level);
  while (*format != '\0') {
    if (*format == '%') {
      format = print_argument(format + 1, &arguments);
    } else {
      fputc(*format++, stderr);
    }
  }
  if (error != 0) fprintf(stderr, " (%d: %s)", error, strerror(error));
  fputc('\n', stderr);
  va_end(arguments);
  ++log_lines;
}
