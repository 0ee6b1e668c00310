#!/usr/bin/env bash
# libpond needs nothing but the C library: symbols.sh LIBPOND_A LIBPOND_SO
#
# nginx links with cc; one symbol of the C++ runtime and it does not.
set -euo pipefail

allowed='__(asan_(un)?poison_memory_region|asan_region_is_poisoned|cxa_thread_atexit_impl|dso_handle|tls_get_addr)
_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(vsn|v?f|sn)printf_chk|__mem(cpy|set)_chk|__errno_location'
libc='abort|calloc|close|fcntl|fprintf|free|fwrite|malloc|malloc_trim|mem(chr|cpy|set|cmp)|bcmp|posix_memalign
pthread_(key_create|once|setspecific)|secure_getenv|stderr|strc?spn|strlen|strnlen|strcmp
unlink|vsnprintf|fputs|fputc'
pattern="^($(echo "$allowed|$libc" | paste -sd'|'))\$"

undefined=$(nm --undefined-only "$1" | awk 'NF == 2 {print $2}' | sort -u)
defined=$(nm --defined-only "$1" | awk 'NF == 3 {print $3}' | sort -u)
foreign=$(comm -23 <(echo "$undefined") <(echo "$defined") | grep -vE "$pattern" || true)
if [ -n "$foreign" ]; then
  echo "undefined, and not of the C library:" >&2
  echo "$foreign" >&2
  exit 1
fi

needed=$(readelf -d "$2" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p')
if [ "$needed" != libc.so.6 ]; then
  echo "$2 needs: $needed" >&2
  exit 1
fi

# Nothing is exported that the headers do not declare.
exported=$(nm -D --defined-only "$2" | awk '{print $3}' | grep -vE '^(pond_[a-z_]+|_ZN[K]?4pond2v16detail.*)$' || true)
if [ -n "$exported" ]; then
  echo "exported: $exported" >&2
  exit 1
fi
