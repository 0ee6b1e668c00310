#!/usr/bin/env python3
"""Loads this example's server over each kind of memory, in turn, and compares them.

    measure.py [--programs FOLDER] [--rounds N] [--seconds S] [--connections C]
    measure.py --flat REQUESTS    instead: the memory of each over that many requests
    measure.py --instructions     instead: user-mode instructions a request (needs valgrind)

Instructions depend little on what else the machine does, but on the version of every library that
is compiled in: compare only what was built together.

Needs wrk, and the servers of `cmake --preset release`. Of more than one processor, the server has
the first and wrk the second. The variant "new+mimalloc" is "new" with mimalloc preloaded, where
that is installed.
"""
import argparse
import glob
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from running import Server

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "../../build/release/examples/server")
MIMALLOC = "/usr/lib/*/libmimalloc.so.2*"
TARGET = "/products/7?related=8&currency=EUR&from=newsletter-2024&sort=price"
# What a browser sends.
HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de, en-GB;q=0.8, en;q=0.5, fr;q=0.3",
    "Accept-Encoding": "gzip, deflate, br",
    "Cookie": "session=3f2b9c1e8d7a6f5e4d3c2b1a09f8e7d6; consent=all; theme=dark",
    "Referer": "http://shop.example.org/products/6?from=newsletter-2024",
    "Connection": "keep-alive",
}
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}  # in ms
WARM_UP = 1  # seconds that are not counted
SLICES = 10  # of a run that watches memory
COUNTED = (200, 700)  # requests of the two runs whose instructions are compared
# Name, how it is written, in which direction it is better.
COLUMNS = [("requests/s", "{:.0f}", "more"), ("p99 ms", "{:.2f}", "less"),
           ("user us/request", "{:.2f}", "less"), ("resident KiB", "{:.0f}", "less")]


def variants(folder):
    """Name to program and library to preload."""
    found = {name: (os.path.join(folder, "example_server_" + name), None)
             for name in ("pond", "new", "monotonic")}
    libraries = sorted(glob.glob(MIMALLOC))
    if libraries:
        found["new+mimalloc"] = (found["new"][0], libraries[0])
    else:
        print("without mimalloc: libmimalloc2.0 is not installed", file=sys.stderr)
    missing = [program for program, _ in found.values() if not os.path.exists(program)]
    if missing:
        sys.exit(f"{missing[0]} is not there: cmake --preset release && cmake --build --preset release")
    return found


def processors():
    """One for the server, one for wrk; None where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[:2] if len(usable) > 1 else (None, None)


def load(server, seconds, connections, cpu):
    """Runs wrk: (requests, requests a second, 99th percentile in ms)."""
    command = ["wrk", "--latency", "--threads", "1", "--connections", str(connections),
               "--duration", f"{seconds}s"]
    for name, value in HEADERS.items():
        command += ["--header", f"{name}: {value}"]
    pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None
    said = subprocess.run(command + [server.url(TARGET)], capture_output=True, text=True,
                          check=True, preexec_fn=pin).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError("not every request was answered:\n" + said)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said).groups()
    return (int(re.search(r"(\d+) requests in", said).group(1)),
            float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
            float(number) * UNITS[unit])


def measure(variant, options):
    """One round of one variant: a value for each of COLUMNS."""
    server_cpu, wrk_cpu = processors()
    program, preload = variant
    with Server(program, cpu=server_cpu, preload=preload) as server:
        warm, _, _ = load(server, WARM_UP, options.connections, wrk_cpu)
        requests, rate, latest = load(server, options.seconds, options.connections, wrk_cpu)
        resident = server.resident()
    if server.status != 0:
        raise RuntimeError(f"{program} ended with {server.status}")
    return rate, latest, server.usage.ru_utime / (warm + requests) * 1e6, resident


def compare(all_variants, options):
    """Rounds in which each variant has its turn, the first of them another one each time."""
    names = list(all_variants)
    values = {name: [] for name in names}
    for number in range(options.rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            values[name].append(measure(all_variants[name], options))
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    medians = {name: [statistics.median(column) for column in zip(*values[name])]
               for name in names}
    print(f"Medians of {options.rounds} rounds of {options.seconds} s, {options.connections} "
          "connections; in brackets: over pond's in the same round, median and range.\n")
    print("| memory | " + " | ".join(f"{name} ({better} is better)"
                                     for name, _, better in COLUMNS) + " |")
    print("|---|" + "---|" * len(COLUMNS))
    for name in names:
        cells = []
        for column, (_, form, _) in enumerate(COLUMNS):
            ratios = [mine[column] / pond[column]
                      for mine, pond in zip(values[name], values["pond"])]
            cells.append(form.format(medians[name][column]) +
                         f" ({statistics.median(ratios):.2f}; {min(ratios):.2f} to {max(ratios):.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |")


def instructions_of(variant, requests):
    """Counted by callgrind from start to end of a server that answers so many."""
    program, preload = variant
    counter = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    with tempfile.TemporaryFile("w+") as said:
        with Server(*counter, program, preload=preload, stderr=said) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            for _ in range(requests):
                connection.request("GET", TARGET, headers=HEADERS)
                connection.getresponse().read()
            connection.close()
        said.seek(0)
        return int(re.search(r"Collected : (\d+)", said.read()).group(1))


def count_instructions(all_variants, options):
    """The difference between a long run and a short one is that of the requests."""
    few, many = COUNTED
    counted = {name: [] for name in all_variants}
    for number in range(options.rounds):
        for name, variant in all_variants.items():
            more = instructions_of(variant, many) - instructions_of(variant, few)
            counted[name].append(more / (many - few))
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
    print(f"Medians of {options.rounds} rounds, and the least and the most of them.\n")
    print("| memory | user-mode instructions a request | over pond's in the same round |")
    print("|---|---|---|")
    for name, values in counted.items():
        ratios = [mine / pond for mine, pond in zip(values, counted["pond"])]
        print(f"| {name} | {statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f}) "
              f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")


def watch(all_variants, options):
    """What is resident after each of some slices, until all requests are answered."""
    server_cpu, wrk_cpu = processors()
    print("KiB resident after how many requests:\n")
    for name, (program, preload) in all_variants.items():
        with Server(program, cpu=server_cpu, preload=preload) as server:
            answered, next_report, seen = 0, options.flat / SLICES, []
            while answered < options.flat:
                answered += load(server, 1, options.connections, wrk_cpu)[0]
                if answered >= next_report:
                    seen.append(f"{answered}: {server.resident()}")
                    next_report += options.flat / SLICES
        print(f"- {name}: " + ", ".join(seen), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=PROGRAMS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--flat", type=int, metavar="REQUESTS")
    parser.add_argument("--instructions", action="store_true")
    options = parser.parse_args()
    all_variants = variants(options.programs)
    if options.instructions:
        count_instructions(all_variants, options)
        return
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    (watch if options.flat else compare)(all_variants, options)


if __name__ == "__main__":
    main()
