"""Watching inside nginx: an overflow in a module of ours is reported where stock says nothing."""
import functools
import os
import re

import answers
import life
from backend import talk
from lab import CHECKS, HERE, Wrong, check, must, request
from server import ROOT, build

MODULE = os.path.join(os.path.dirname(HERE), "overflow")
# Fair: nginx ends its thread pool by spinning until the other thread has run.
MEMCHECK = ["valgrind", "--tool=memcheck", "--fair-sched=yes", "--error-exitcode=9"]
ASAN = ("-fsanitize=address", "-fno-omit-frame-pointer")
CONFIGURATION = {"main": "master_process off;", "locations": "location /overflow { pond_overflow; }"}


@functools.cache
def built(source, which, *options):
    """nginx with the module that writes one byte too far."""
    output = os.path.join(ROOT, "build", "nginx", f"overflow-{which}")
    own = open(os.path.join(os.path.dirname(HERE), "options")).read().split()
    stock = ["--stock"] if which.startswith("stock") else []
    cc_opt = ["--cc-opt", "-O0 -g " + " ".join(options)]
    link = [f"--with-ld-opt={' '.join(options)}"] if options else []
    return build(*source, *stock, "--output", output, *cc_opt, "--", *own, *link,
                 f"--add-module={MODULE}")


class Watched:
    """A lab in which one server, under a tool, is asked everything; what it answers is judged by
    each check alone, what the tool says at the end."""

    def __init__(self, lab, binary, wrapper=()):
        lab.binaries["watched"] = binary
        self.server = lab.server("watched", wrapper=wrapper, **CONFIGURATION,
                                 env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        del lab.binaries["watched"]

    def both(self, ask, _="answer"):
        return ask(self.server)


def reported(lab, binary, wrapper, pattern):
    watched = Watched(lab, binary, wrapper)
    try:
        with watched.server as server:
            talk(server.port, request("/overflow"))
    except (OSError, RuntimeError):
        pass  # AddressSanitizer ends the process
    return re.search(pattern, watched.server.errors()) is not None


def seen_only_on_pond(lab, wrapper, pattern, suffix="", *options):
    must(reported(lab, built(lab.source, "pond" + suffix, *options), wrapper, pattern),
         "nothing was reported")
    if reported(lab, built(lab.source, "stock" + suffix, *options), wrapper, "ERROR: Addr|" + pattern):
        raise Wrong("stock's pool reports it, too: the module overflows something else")


@check
def memcheck_sees_an_overflow(lab):
    seen_only_on_pond(lab, MEMCHECK, "Invalid write of size 1")


@check
def address_sanitizer_sees_an_overflow(lab):
    seen_only_on_pond(lab, [], "ERROR: AddressSanitizer: use-after-poison", "-asan", *ASAN)


def asked_everything(watched):
    """Every check that compares answers, at one server."""
    asked = [c for c in CHECKS.values() if c.__module__ == answers.__name__]
    with watched.server as server:
        for ask in (*asked, life.failing_backends, life.aborted_connections):
            try:
                ask(watched)
            except Exception as wrong:
                raise Wrong(f"{ask.__name__}: {wrong}\n{server.errors()[-1500:]}") from wrong
        code = server.stop()
    must(code == 0, f"exit code {code}\n{server.errors()[-1500:]}")
    return server.errors()


@check
def memcheck_is_silent_otherwise(lab):
    said = asked_everything(Watched(lab, built(lab.source, "pond"), MEMCHECK))
    must("ERROR SUMMARY: 0 errors" in said, said[-1500:])


@check
def address_sanitizer_is_silent_otherwise(lab):
    said = asked_everything(Watched(lab, built(lab.source, "pond-asan", *ASAN)))
    must("AddressSanitizer" not in said, said[-1500:])
