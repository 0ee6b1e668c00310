"""nginx with its own pool and nginx on pond, side by side: ./run nginx

    integration/nginx/measure.py [--source DIR] [--pairs N] [--keep]

Instructions are those of the worker's event loop in user mode, counted by callgrind: they repeat to
the fourth digit. Requests per second are mostly the kernel's, and noise: medians of alternating
pairs, worker and load generator on processors of their own.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import time

import idle
from cases import CASES, CONFIG, tls_values, write_pages
from server import ROOT, Server, build, free_port, fresh, user_and_system_seconds

WORKER_CPU, LOAD_CPU = 0, 1
COUNTED_REQUESTS = 2000
WARM_REQUESTS = 500
POOL = re.compile(r"\bngx_(palloc|pool|pnalloc|pcalloc|pfree|pmemalign|create_pool|destroy_pool|"
                  r"reset_pool)|pond")
LIBRARY = re.compile(r"malloc\.c|ngx_alloc\.c|ngx_(alloc|calloc|memalign)\b|posix_memalign|"
                     r":(malloc|free|calloc|realloc)\b|sbrk|munmap|mmap|brk\.c")


def progress(text):
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, end="" if sys.stderr.isatty() else "\n",
          file=sys.stderr, flush=True)


class Bench:
    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, fresh(folder)
        write_pages(os.path.join(folder, "pages"))
        # The backend is nginx with its own pool, in both cases the same one.
        self.backend = self.server("stock", "backend", cpu=LOAD_CPU, backend=1)
        self.backend.start()

    def server(self, which, name, main="", wrapper=(), cpu=None, backend=None):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(os.path.join(folder, "html")):
            os.symlink(os.path.join(self.folder, "pages"), os.path.join(folder, "html"))
        return Server(self.binaries[which], folder, CONFIG, wrapper, cpu, main=main,
                      backend=backend or self.backend.port,
                      **tls_values(os.path.join(self.folder, "tls"), free_port()))

    def instructions(self, which, case):
        """Of one request: all, and those in pools, malloc and free."""
        out = os.path.join(self.folder, "callgrind.out")
        wrapper = ["valgrind", "--tool=callgrind", "--collect-atstart=no",
                   "--toggle-collect=ngx_process_events_and_timers", f"--callgrind-out-file={out}"]
        with self.server(which, f"counted-{which}", "master_process off;", wrapper) as server:
            case.send(server, COUNTED_REQUESTS)
        said = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", out], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        total = pools = 0
        for count, name in re.findall(r"^\s*([\d,]+) \(\s*[\d.]+%\)\s+(.*)$", said, re.M):
            n = int(count.replace(",", ""))
            if "PROGRAM TOTALS" in name:
                total = n
                continue
            source, _, function = name.partition(":")  # "src/core/ngx_palloc.c:ngx_palloc [...]"
            if POOL.search(function.split("[")[0]) or \
                    LIBRARY.search(os.path.basename(source) + ":" + function):
                pools += n
        return total / COUNTED_REQUESTS, pools / COUNTED_REQUESTS

    def rates(self, case, pairs, requests):
        """Requests per second, and user and system microseconds of the worker for each."""
        rates = {"stock": [], "pond": []}
        times = {"stock": [], "pond": []}
        servers = {w: self.server(w, f"timed-{w}", cpu=WORKER_CPU).start() for w in rates}
        try:
            for server in servers.values():
                case.send(server, WARM_REQUESTS, LOAD_CPU)
            for pair in range(pairs):
                progress(f"{case.name}: pair {pair + 1} of {pairs}")
                for which in ("stock", "pond") if pair % 2 == 0 else ("pond", "stock"):
                    worker = servers[which].workers()[0]
                    before = sum(user_and_system_seconds(worker))
                    rates[which].append(case.send(servers[which], requests, LOAD_CPU))
                    spent = sum(user_and_system_seconds(worker)) - before
                    times[which].append(spent * 1e6 / requests)
        finally:
            for server in servers.values():
                server.stop()
        return ({w: statistics.median(v) for w, v in rates.items()},
                {w: statistics.median(v) for w, v in times.items()})


def table(rows):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                        for i, (c, w) in enumerate(zip(row, widths))).rstrip())


def compare(bench, pairs, requests):
    rows = [["", "stock", "pond", "pond / stock"]]

    def add(name, stock, pond, form="{:.0f}"):
        ratio = f"{pond / stock:.3f}" if stock else "-"
        rows.append([name, form.format(stock), form.format(pond), ratio])

    shares = []
    for case in CASES:
        progress(f"{case.name}: counting instructions")
        counted = {w: bench.instructions(w, case) for w in ("stock", "pond")}
        add(f"{case.name}: user-mode instructions a request", counted["stock"][0],
            counted["pond"][0])
        add("  of them in pools, malloc and free", counted["stock"][1], counted["pond"][1])
        shares.append(counted["pond"][1] / counted["stock"][1])
        rates, times = bench.rates(case, pairs, requests)
        add("  requests per second", rates["stock"], rates["pond"])
        add("  worker's microseconds a request", times["stock"], times["pond"], "{:.1f}")
    progress("idle connections")
    memory = {w: idle.measure(lambda w=w: bench.server(w, f"idle-{w}")) for w in ("stock", "pond")}
    for i, name in enumerate(idle.NAMES):
        add(name, memory["stock"][i], memory["pond"][i])
    progress("")
    table(rows)
    print(f"\nOf a request's instructions in pools, malloc and free, nginx on pond needs "
          f"{min(shares):.2f} to {max(shares):.2f} of what nginx needs with its own pool.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--source", help="an nginx source tree; default: Debian's package")
    parser.add_argument("--pairs", type=int, default=7, help="alternating pairs of timed runs")
    parser.add_argument("--requests", type=int, default=20000, help="requests of a timed run")
    parser.add_argument("--keep", action="store_true", help="leave nginx on pond running")
    options = parser.parse_args()
    if options.pairs < 1 or options.requests < 1:
        parser.error("--pairs and --requests are at least 1")
    source = ["--source", options.source] if options.source else []
    begin = time.monotonic()
    progress("building nginx twice")
    binaries = {"stock": build("--stock", *source), "pond": build(*source)}
    progress(f"built in {time.monotonic() - begin:.0f} s")
    bench = Bench(binaries, os.path.join(ROOT, "build", "nginx", "run"))
    try:
        compare(bench, options.pairs, options.requests)
        if options.keep:
            server = bench.server("pond", "kept").start()
            print(f"\nnginx on pond serves {server.url('/' + 'small-0.html')} until interrupted.",
                  flush=True)
            server.process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        bench.backend.stop()


if __name__ == "__main__":
    main()
