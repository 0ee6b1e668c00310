#!/usr/bin/env bash
# Makes the manual with Doxygen and checks its links: docs/build.sh FOLDER → FOLDER/html/index.html
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
POND_MANUAL=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
POND_VERSION=$(sed -nE 's/.*define POND_VERSION_STRING "(.*)"/\1/p' include/pond/config.h)
export POND_MANUAL POND_VERSION

rm -rf "$POND_MANUAL/html"  # pages that are gone must not be linked to
doxygen docs/Doxyfile
docs/check_links.py "$POND_MANUAL/html"
