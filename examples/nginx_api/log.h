/* log.h: what nginx's pool asks of the rest of nginx: a log, and the size of a page. */
#ifndef POND_EXAMPLES_NGINX_API_LOG_H
#define POND_EXAMPLES_NGINX_API_LOG_H

#include <ngx_config.h>

#include <ngx_core.h>

/* Lines that were logged. */
extern ngx_uint_t log_lines;

#endif
