#!/usr/bin/env python3
"""Drives nginx on pond, and compares it with the same nginx on its own pool.

    integration/nginx/smoke/run.py [CHECK...] [--list] [--source DIR] [--stock BINARY] [--pond BINARY]
"""
import argparse
import os
import resource
import sys
import time
import traceback

from lab import CHECKS, Lab, Wrong

from server import ROOT, build  # noqa: E402

import answers, life, memory, modules, watch  # noqa: E401,E402,F401  (they register their checks)

DESCRIPTORS = 20000  # where so many are allowed


def run(name, place):
    begin = time.monotonic()
    try:
        said, failed = CHECKS[name](place) or "", False
    except Wrong as wrong:
        said, failed = str(wrong)[:2000], True
    except Exception:  # a check that cannot be carried out has failed, and the others go on
        said, failed = traceback.format_exc(), True
    said = said if isinstance(said, str) and (failed or len(said) < 100) else ""
    print(f"{'FAILED' if failed else 'ok':6} {name} ({time.monotonic() - begin:.1f} s)"
          f"{': ' if said else ''}{said}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--list", action="store_true", help="names of all checks")
    parser.add_argument("--source", help="an nginx source tree; default: Debian's")
    parser.add_argument("--stock", help="an nginx with its own pool; default: it is built")
    parser.add_argument("--pond", help="an nginx on pond; default: it is built")
    options = parser.parse_args()
    unknown = [c for c in options.checks if c not in CHECKS]
    if unknown:
        parser.error(f"no check {unknown[0]}; --list names them")
    if options.list:
        print("\n".join(CHECKS))
        return 0
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, most), most))
    source = ("--source", os.path.abspath(options.source)) if options.source else ()
    place = Lab(os.path.join(ROOT, "build", "nginx", "smoke"), source,
                options.stock or build("--stock", *source), options.pond or build(*source))
    failed = sum(run(name, place) for name in options.checks or CHECKS)
    print(f"{len(options.checks or CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
