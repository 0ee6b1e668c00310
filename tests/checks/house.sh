#!/usr/bin/env bash
# The rules of the house that a compiler does not keep (HACKING.md, "The house").
set -euo pipefail
cd "$(dirname "$0")/../.."

failures=0
wrong() {
  echo "$*" >&2
  failures=$((failures + 1))
}

mapfile -t sources < <(git ls-files '*.cpp' '*.hpp' '*.h' '*.c')
mapfile -t cpp < <(git ls-files '*.cpp' '*.hpp')
# The proof is of what is inside.
mapfile -t clients < <(git ls-files 'workload/*.?pp' 'tools/*.?pp' 'tests/*.?pp' 'bench/*.?pp' \
  ':!tests/proof')
mapfile -t examples < <(git ls-files 'examples/*.?pp' 'examples/*.[ch]')
mapfile -t scripts < <(git ls-files '*.sh' run test .ci/run)

# Files are short enough to be read in one go.
longest=300
for file in "${sources[@]}"; do
  lines=$(wc -l < "$file")
  [ "$lines" -le $longest ] || wrong "$file: $lines lines, more than $longest"
done

# The hot path reads without a preprocessor in one's head; no #if.
! grep -nE '^ *# *(if|elif)' include/pond/detail/bump.hpp >&2 || wrong "bump.hpp: an #if"

# Public headers are the manual.
for file in include/pond/*.h include/pond/*.hpp; do
  awk -v file="$file" -v least=0.85 '
    /^[ \t]*$/ { next }
    /^[ \t]*(\/\/|\*|\/\*)/ { comments++; next }
    { code++ }
    END { if (code > 30 && comments < least * code) {
            printf "%s: %.2f comment lines a code line, less than %.2f\n", file, comments / code, least
            exit 1 } }' "$file" || failures=$((failures + 1))
done

# What each function promises is said.
while read -r function; do
  grep -q "\`$function()\`" docs/guarantees.md || wrong "docs/guarantees.md: nothing of $function"
done < <(sed -nE 's/^POND_API [^(]*\b(pond_[a-z_]+)\(.*/\1/p' include/pond/pond.h include/pond/embed.h)

tests/checks/markdown_links.py . || wrong "links"

# Who may include whom.
forbid() {  # forbid PATTERN FILE...: none of the files includes what matches
  local pattern=$1 found
  shift
  found=$(grep -nE "^ *# *include *[<\"]($pattern)" "$@" || true)
  [ -z "$found" ] || wrong "must not be included:"$'\n'"$found"
}
forbid 'pond/pool\.hpp|pond/detail|pond/resource\.hpp|pond/allocator\.hpp' include/pond/*.h
forbid 'pond/(pond|embed)\.h' include/pond/*.hpp include/pond/detail/*.hpp
forbid 'pond/(pool|scope|unique_ptr|resource|allocator|coroutine)\.hpp' include/pond/detail/*.hpp
forbid 'state\.hpp|\.\./|workload/' include/pond/*.h include/pond/*.hpp include/pond/detail/*.hpp
forbid 'workload/|\.\./' src/*
forbid '(\.\./)*src/|(state|cache|memory|records|watch|upstream)\.hpp|pond/detail/' \
  "${clients[@]}"
forbid '(\.\./)*(tools|tests|bench)/' \
  "${clients[@]}"
# Examples are what a user could write: nothing of ours but the public headers.
forbid '(\.\./)*(src|workload|tools|tests|bench|integration)/|(state|cache|memory|records|watch|upstream)\.hpp|pond/detail/' \
  "${examples[@]}"
# compat/ stands on the public headers; it is found by the name of the header that it stands for.
forbid '(\.\./)*(src|workload|tools|tests|bench)/|(state|cache|memory|records|watch|upstream)\.hpp|pond/detail/' \
  compat/*/*
forbid '(\.\./)*(integration|compat)/' "${sources[@]}"

# Formatting, and the scripts.
clang-format-14 --dry-run -Werror "${cpp[@]}" || wrong "not formatted"
shellcheck "${scripts[@]}" || wrong "shellcheck"

[ $failures -eq 0 ] || { echo "$failures rules broken" >&2; exit 1; }
