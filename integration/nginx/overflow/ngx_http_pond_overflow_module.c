/* A module with one mistake, for tools to find: `pond_overflow;` in a location makes its handler
 * write one byte past a string that ngx_pnalloc gave it. */
#include <ngx_config.h>

#include <ngx_core.h>
#include <ngx_http.h>

static ngx_int_t overflow_handler(ngx_http_request_t *r) {
  static const char text[] = "thirteen long";
  const size_t length = sizeof(text) - 1;
  u_char *copy = ngx_pnalloc(r->pool, length);
  if (copy == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  ngx_memcpy(copy, text, length);
  *(volatile u_char *)(copy + length) = '\0'; /* one too far */
  return NGX_HTTP_NO_CONTENT;
}

static char *set_handler(ngx_conf_t *cf, ngx_command_t *command, void *conf) {
  ngx_http_core_loc_conf_t *location = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
  (void)command;
  (void)conf;
  location->handler = overflow_handler;
  return NGX_CONF_OK;
}

static ngx_command_t commands[] = {
    {ngx_string("pond_overflow"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_handler, 0, 0, NULL},
    ngx_null_command};

static ngx_http_module_t context = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};

ngx_module_t ngx_http_pond_overflow_module = {
    NGX_MODULE_V1, &context, commands, NGX_HTTP_MODULE,      NULL, NULL, NULL, NULL,
    NULL,          NULL,     NULL,     NGX_MODULE_V1_PADDING};
