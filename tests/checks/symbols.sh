#!/usr/bin/env bash
# libpond needs nothing but the C library, and exports what was promised:
# symbols.sh LIBPOND_A LIBPOND_SO LIST
#
# nginx links with cc; one symbol of the C++ runtime and it does not.
set -euo pipefail

allowed='__asan_((un)?poison_memory_region|region_is_poisoned|set_error_report_callback|get_report_(address|description))
__(cxa_thread_atexit_impl|dso_handle|tls_get_addr)
_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(vsn|v?f|sn)printf_chk|__mem(cpy|set)_chk|__errno_location'
libc='abort|calloc|close|fcntl|fprintf|free|fwrite|malloc|malloc_trim|mem(chr|cpy|set|cmp)|bcmp|posix_memalign
getpid|pthread_(key_create|once|setspecific)|sched_yield|secure_getenv|stderr|strc?spn|strlen|strnlen
strcmp|unlink|snprintf|vsnprintf|fputs|fputc'
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

# What is exported is what was promised: the list is Debian's, too, which knows by it what a program needs
# that uses a symbol. One that is new bears the version it came with; one that is gone is another soname.
promised=$3
exported=$(nm -D --defined-only "$2" | awk '{print $3}' | sort)
difference=$(diff <(sed -nE 's/^ ([^@]+)@.*/\1/p' "$promised" | sort) <(echo "$exported") || true)
if [ -n "$difference" ]; then
  echo "<: in $promised and not exported; >: exported and not in it" >&2
  echo "$difference" >&2
  exit 1
fi
names='^(pond_[a-z_]+|_ZN[K]?4pond2v16detail.*)$'
if echo "$exported" | grep -vE "$names" >&2; then
  echo "exported, and neither of C's pond_ nor of the inline namespace" >&2
  exit 1
fi

# One name for all versions that keep the promise: libpond.so.MAJOR, a link to the library itself.
soname=$(readelf -d "$2" | sed -nE 's/.*SONAME.*\[(.*)\]/\1/p')
version=$(basename "$2" | sed -E 's/^libpond\.so\.//')
if [ "$soname" != "libpond.so.${version%%.*}" ] || [ "$(head -n 1 "$promised")" != "$soname libpond${version%%.*} #MINVER#" ]; then
  echo "soname $soname of version $version, promised: $(head -n 1 "$promised")" >&2
  exit 1
fi
