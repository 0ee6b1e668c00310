"""Watching inside nginx: an overflow in a module of ours is reported where stock says nothing."""
import os
import re

from answers import said
from lab import HERE, Wrong, check, must, request
from server import ROOT, build

MODULE = os.path.join(os.path.dirname(HERE), "overflow")
MEMCHECK = ["valgrind", "--tool=memcheck", "--error-exitcode=9"]
LOCATIONS = "location /overflow { pond_overflow; }"
ALONE = {"main": "master_process off;", "locations": LOCATIONS}
NORMAL = ("/small.html", "/large.html", "/missing", "/ssi/page.ssi", "/sub/small.html",
          "/gzip/large.html", "/proxied/size/30000", "/spooled/size/100000", "/aio/small.html",
          "/allowed/small.html", "/slice/large.html", "/moved")


def built(which, *options):
    """nginx with the module that writes one byte too far."""
    output = os.path.join(ROOT, "build", "nginx", f"overflow-{which}")
    own = open(os.path.join(os.path.dirname(HERE), "options")).read().split()
    stock = ["--stock"] if which.startswith("stock") else []
    cc_opt = ["--cc-opt", "-O1 -g " + " ".join(options)]
    link = [f"--with-ld-opt={' '.join(options)}"] if options else []
    return build(*stock, "--output", output, *cc_opt, "--", *own, *link, f"--add-module={MODULE}")


def run(lab, binary, wrapper, *requests):
    """What was said on standard error and in the log while it answered these."""
    lab.binaries["watched"] = binary
    try:
        server = lab.server("watched", wrapper=wrapper,
                            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, **ALONE)
    finally:
        del lab.binaries["watched"]
    try:
        with server:
            said(server, *requests)
    except (OSError, RuntimeError):
        pass  # AddressSanitizer ends the process
    return server.errors()


def reported(lab, binary, wrapper, pattern):
    return re.search(pattern, run(lab, binary, wrapper, request("/overflow"))) is not None


@check
def memcheck_sees_an_overflow(lab):
    pattern = "Invalid write of size 1"
    must(reported(lab, built("pond"), MEMCHECK, pattern), "nothing was reported")
    if reported(lab, built("stock"), MEMCHECK, pattern):
        raise Wrong("stock's pool reports it, too: the module overflows something else")


@check
def address_sanitizer_sees_an_overflow(lab):
    pattern = "ERROR: AddressSanitizer: use-after-poison"
    asan = ("-fsanitize=address", "-fno-omit-frame-pointer")
    must(reported(lab, built("pond-asan", *asan), [], pattern), "nothing was reported")
    if reported(lab, built("stock-asan", *asan), [], "ERROR: AddressSanitizer"):
        raise Wrong("stock's pool reports it, too: the module overflows something else")


@check
def tools_are_silent_otherwise(lab):
    """Ordinary requests of many kinds under both tools: not a word."""
    requests = [request(p, "Accept-Encoding: gzip") for p in NORMAL]
    requests.append(request("/post/echo", method="POST", body=b"a" * 40000))
    asan = run(lab, built("pond-asan", "-fsanitize=address", "-fno-omit-frame-pointer"), [],
               *requests)
    must("AddressSanitizer" not in asan, asan[-1500:])
    memcheck = run(lab, built("pond"), MEMCHECK, *requests)
    must("ERROR SUMMARY: 0 errors" in memcheck, memcheck[-1500:])
