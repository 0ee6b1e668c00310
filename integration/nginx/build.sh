#!/usr/bin/env bash
# Builds a real nginx whose pools are pond's:
#
#   integration/nginx/build.sh [--source DIR] [--output DIR] [--stock] [--cc-opt OPTIONS]
#                              [--modules] [-- OPTIONS OF NGINX'S CONFIGURE]
#
#   --source DIR   an nginx source tree, unpacked or checked out; default: Debian's source package
#   --output DIR   where to build; default: build/nginx/pond (or build/nginx/stock)
#   --stock        the same nginx with its own pool, to compare with
#   --cc-opt       for the C compiler; default: -O2
#   --modules      only the modules that the options of configure make dynamic
#
# Prints the path of the executable, or of the folder with the modules, which are made anew when
# anything that goes into them has changed. The tree is copied first and never changed. Nothing is
# patched: a header stands earlier on the include path, src/core/ngx_palloc.c is emptied in the copy,
# and pond is linked in.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
source='' output='' cc_opt=-O2 pool=pond targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --source) source=$2; shift 2 ;;
    --output) output=$2; shift 2 ;;
    --cc-opt) cc_opt=$2; shift 2 ;;
    --stock) pool=stock; shift ;;
    --modules) targets=(modules); shift ;;
    --) shift; break ;;
    *) echo "$0: no option \"$1\"" >&2; exit 2 ;;
  esac
done
[ -n "$source" ] || source=$("$root/cmake/fetch_nginx_source.sh" "$root/build/nginx")
if [ ! -f "$source/src/core/ngx_palloc.c" ]; then
  echo "$0: $source is not an nginx source tree" >&2
  exit 2
fi
output=${output:-$root/build/nginx/$pool}
options=("$@")
[ ${#options[@]} -ne 0 ] || mapfile -t options < "$root/integration/nginx/options"

mkdir -p "$output"
output=$(cd "$output" && pwd)
tree=$output/tree
made=$tree/objs/nginx
[ ${#targets[@]} -eq 0 ] || made=$tree/objs

packed_source() { tar -C "$source" --exclude=.git --exclude=./objs --sort=name -cf - .; }

# Everything that goes into it, in one number; nothing where a folder of the user's does, too.
made_of() {
  [[ "$cc_opt ${options[*]}" != */* ]] || return 0
  {
    printf '%s\n' "$pool" "$cc_opt" "${options[@]}" "${targets[@]}"
    "${CC:-cc}" --version
    packed_source
    [ $pool = stock ] ||
      tar -C "$root" --sort=name -cf - CMakeLists.txt cmake include src compat integration/nginx
  } | sha256sum
}
now=$(made_of)
if [ -n "$now" ] && [ -e "$made" ] && [ "$now" = "$(cat "$output/made-of" 2> /dev/null)" ]; then
  echo "$made"
  exit
fi
rm -rf "$tree" "$output/made-of"
mkdir "$tree"
packed_source | tar -C "$tree" -xf -

configure=configure # in a checkout it is one folder further down
[ -f "$tree/configure" ] || configure=auto/configure
if [ $pool = pond ]; then
  echo 'typedef int ngx_palloc_is_in_libpond_ngx;' > "$tree/src/core/ngx_palloc.c"
  cc_opt="-I$root/compat/nginx $cc_opt"
  options+=("--add-module=$root/integration/nginx/module")
  export POND_NGX_LIBRARIES="$output/pond/libpond_ngx.a $output/pond/libpond.a"
fi
make_nginx() {
  cd "$tree"
  "./$configure" --prefix="$output" --with-cc-opt="$cc_opt" "${options[@]}" || return
  if [ $pool = pond ]; then
    # Now that the tree is configured, its headers say what an nginx it will be.
    cmake -S "$root" -B "$output/pond" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_CXX_FLAGS_RELEASE=-O2 -DPOND_BUILD_TESTS=OFF -DPOND_NGX_TREE="$tree" \
      -DPOND_NGX_CC_OPT="$cc_opt" && cmake --build "$output/pond" --target pond pond_ngx || return
  fi
  make -j "$(nproc)" "${targets[@]}"
}
make_nginx > "$output/log" 2>&1 || { tail -n 40 "$output/log" >&2; exit 1; }
echo "$now" > "$output/made-of"
echo "$made"
