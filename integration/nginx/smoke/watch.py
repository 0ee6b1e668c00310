"""Watching inside nginx: an overflow in a module of ours is reported where stock says nothing."""
import functools
import os
import re
import subprocess

import answers
import config
import life
from backend import talk
from lab import CHECKS, HERE, Wrong, check, must, request
from server import ROOT, build

NGINX = os.path.dirname(HERE)
FOLDER = os.path.join(ROOT, "build", "nginx")
OPTIONS = open(os.path.join(NGINX, "options")).read().split()
# Fair: nginx ends its thread pool by spinning until the other thread has run.
MEMCHECK = ["valgrind", "--tool=memcheck", "--fair-sched=yes", "--error-exitcode=9"]
ASAN = "-fsanitize=address"
# Dynamic modules define the same names as nginx itself, all of them: no violation of what is odr.
ASAN_OPTIONS = "detect_leaks=0:detect_odr_violation=0"
LOCATIONS = "location /overflow { pond_overflow; }"


@functools.cache
def overflow(source, *compiler):
    """The module that writes one byte too far, for both nginx, as Debian's are."""
    output = os.path.join(FOLDER, "-".join(["overflow", *compiler]))
    folder = build(*source, "--stock", "--modules", "--output", output, "--cc-opt",
                   " ".join(["-O1 -g", *compiler]), "--", *OPTIONS,
                   f"--add-dynamic-module={os.path.join(NGINX, 'overflow')}")
    return os.path.join(folder, "ngx_http_pond_overflow_module.so")


@functools.cache
def instrumented(source):
    """nginx on pond, all of it compiled with AddressSanitizer."""
    return build(*source, "--output", os.path.join(FOLDER, "asan"), "--cc-opt",
                 f"-O0 -g {ASAN} -fno-omit-frame-pointer", "--", *OPTIONS, f"--with-ld-opt={ASAN}")


def preloaded():
    """What makes a program that was not compiled with AddressSanitizer run under it."""
    found = subprocess.run(["gcc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.strip()
    return {"LD_PRELOAD": os.path.realpath(found)}


class Watched:
    """A lab in which one server, under a tool, is asked everything; what it answers is judged by
    each check alone, what the tool says at the end."""

    def __init__(self, lab, binary, wrapper=(), load="", env=(), **values):
        lab.binaries["watched"] = binary
        text = (f"load_module {load};\n" if load else "") + config.ALL
        self.server = lab.server("watched", text=text, wrapper=wrapper, main="master_process off;",
                                 env={**os.environ, "ASAN_OPTIONS": ASAN_OPTIONS, **dict(env)},
                                 **values)
        del lab.binaries["watched"]

    def both(self, ask, _="answer"):
        return ask(self.server)


def reported(lab, pattern, binary, module, wrapper=(), env=()):
    watched = Watched(lab, binary, wrapper, module, env, locations=LOCATIONS)
    try:
        with watched.server as server:
            answer = talk(server.port, request("/overflow"))
    except (OSError, RuntimeError):
        answer = b""  # AddressSanitizer ends the process
    found = re.search(pattern, watched.server.errors()) is not None
    must(found or b" 204 " in answer, f"neither report nor answer: {watched.server.errors()[-1500:]}")
    return found


def seen_only_on_pond(on_pond, on_stock):
    must(on_pond, "nothing was reported")
    must(not on_stock, "stock's pool reports it, too: the module overflows something else")


@check
def memcheck_sees_an_overflow(lab):
    pattern, module = "Invalid write of size 1", overflow(lab.source)
    seen_only_on_pond(reported(lab, pattern, lab.binaries["pond"], module, MEMCHECK),
                      reported(lab, pattern, lab.binaries["stock"], module, MEMCHECK))


@check
def address_sanitizer_sees_an_overflow(lab):
    pattern, module = "ERROR: AddressSanitizer", overflow(lab.source, ASAN)
    seen_only_on_pond(
        reported(lab, pattern + ": use-after-poison", instrumented(lab.source), module),
        reported(lab, pattern, lab.binaries["stock"], module, env=preloaded()))


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
    said = asked_everything(Watched(lab, lab.binaries["pond"], MEMCHECK))
    must("ERROR SUMMARY: 0 errors" in said, said[-1500:])


@check
def address_sanitizer_is_silent_otherwise(lab):
    said = asked_everything(Watched(lab, instrumented(lab.source)))
    must("AddressSanitizer" not in said, said[-1500:])
