#!/usr/bin/env python3
"""Runs every benchmark and writes their tables into bench/README.md.

    bench/report.py [--rounds N] [SECTION...]   twenty minutes for all, on an idle machine, after ./run --all

No table between the markers of the README is typed by hand; the prose there stands below, with what was found by hand.
"""
import argparse
import glob
import json
import os
import re
import statistics
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.path.join(SOURCE, "build", "release")
README = os.path.join(SOURCE, "bench", "README.md")
DOUBLINGS = (1, 2, 4, 8, 16, 255)
LARGEST_BLOCKS = (65536, 131072, 262144, 524288, 1048576)
CAP_ROUNDS = 15
BEGIN = "<!-- bench/report.py {} -->\n"

sys.path[:0] = [os.path.join(SOURCE, "tests"), os.path.join(SOURCE, "docs")]
from output import write_between  # noqa: E402
from variants import Variant  # noqa: E402


def output(*command, **environment):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **environment}).stdout


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


# --- recorded traffic -----------------------------------------------------------------------------

def replay(rounds, *options, command=os.path.join(RELEASE, "tools", "pond")):
    traces = sorted(glob.glob(os.path.join(SOURCE, "data", "traces", "*.trace.gz")))
    return json.loads(output(command, "replay", "--json", "--rounds", str(rounds), *options, *traces))


def replay_table(result, key, divisor, digits):
    traces = result["traces"]
    rows = []
    for i, contender in enumerate(traces[0]["contenders"]):
        values = [t["contenders"][i].get(key) for t in traces]
        if None in values:
            continue
        rows.append([contender["name"]] + [number(v / divisor(t), digits)
                                           for v, t in zip(values, traces)])
    return table(["", *(t["trace"] for t in traces)], rows)


def of_baseline(result):
    relative = result["own_cost_relative_to_nginx"]
    return table(["", "of nginx's own cost (geometric mean)"],
                 [[name, number(value)] for name, value in relative.items()])


def replay_section(rounds):
    result = replay(rounds)
    return f"""### Recorded traffic

Own cost, nanoseconds per allocation, median of {rounds} rounds:

{replay_table(result, "own_ns_per_allocation", lambda t: 1, 2)}
{of_baseline(result)}
Peak bytes held by pools, over the most bytes asked for and alive at once:

{replay_table(result, "peak_bytes", lambda t: t["peak_requested_bytes"], 3)}
How often the C library was asked for memory:

{replay_table(result, "library_calls", lambda t: 1, 0)}"""


def grown(copy, constant, value, rounds):
    """The replay of a pond in which a constant of the growth of blocks has another value."""
    name = "src/sizes.hpp"
    line = re.findall(rf"inline constexpr .* {constant} = \d+;",
                      open(os.path.join(SOURCE, name)).read())[-1]  # the first: tiny geometry
    with copy.replaced(name, line, re.sub(r"\d+;", f"{value};", line)):
        failed = copy.build("pond_command")
        if failed is not None:
            sys.exit(failed)
        return replay(rounds, "--against", "pond", command=copy.path("build/tools/pond"))


def peak_and_calls(trace):
    pond = trace["contenders"][0]
    return (number(pond["peak_bytes"] / trace["peak_requested_bytes"], 3) + " / " +
            str(pond["library_calls"]))


def growth_section():
    copy = Variant("growth", "-DPOND_BUILD_TESTS=ON")
    rows, largest = [], []
    for blocks in DOUBLINGS:
        result = grown(copy, "blocks_per_doubling", blocks, 1)
        rows.append([str(blocks), *map(peak_and_calls, result["traces"])])
    for size in LARGEST_BLOCKS:
        trace = next(t for t in grown(copy, "default_largest_block", size, CAP_ROUNDS)["traces"]
                     if t["trace"] == "config-1000")
        largest.append([f"{size // 1024} KiB", peak_and_calls(trace),
                        number(trace["contenders"][0]["own_ns_per_allocation"])])
    return f"""### Growth

Blocks of one size before the size doubles (8 is what pond does; 255: never). Peak as above / calls
of the C library:

{table(["", *(t["trace"] for t in result["traces"])], rows)}
The largest block that a pool grows to (256 KiB is what pond does), on `config-1000`, the only trace that gets there:

{table(["", "peak / calls", "own cost, nanoseconds per allocation"], largest)}"""


# --- Google Benchmark -----------------------------------------------------------------------------

def run_benchmarks(pattern, repetitions, seconds, program="pond_bench", **environment):
    """Each repetition of each benchmark, as they stand in the sources."""
    result = json.loads(output(
        os.path.join(RELEASE, "bench", program), "--benchmark_format=json",
        f"--benchmark_filter={pattern}", f"--benchmark_min_time={seconds}",
        f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
        **environment))
    return sorted((b for b in result["benchmarks"] if b["run_type"] == "iteration"),
                  key=lambda b: (b["family_index"], b["per_family_instance_index"]))


def quartiles_of(repetitions):
    """Three for each benchmark: nanoseconds, or what it counts a second."""
    values = {}
    for b in repetitions:
        value = b.get("items_per_second") or (b["each"] * 1e9 if "each" in b else b["real_time"])
        values.setdefault(re.sub("/(manual|real)_time$", "", b["run_name"]), []).append(value)
    return {name: statistics.quantiles(several) for name, several in values.items()}


def rows_of(quartiles, group):
    """The first quartile: see SHORT."""
    return [[name.split("/")[1], number(first, 1)] for name, (first, _, _) in quartiles.items()
            if name.startswith(group + "/")]


def program_table(medians, group, unit):
    """Contender by argument, the plan's time deducted."""
    cells = {}
    for name, value in medians.items():
        parts = name.split("/")
        if parts[0] == group:
            cells[parts[1], int(parts[2])] = value
    arguments = sorted({n for _, n in cells})
    contenders = list(dict.fromkeys(c for c, _ in cells if c != "plan"))
    rows = [[c] + [number(cells[c, n] - cells["plan", n], 1) if (c, n) in cells else ""
                   for n in arguments] for c in contenders]
    return table([unit, *map(str, arguments)], rows)


def container_table(programs, group):
    """Memory by container: nanoseconds for each of the 1000 elements, over all programs."""
    cells = {tuple(name.split("/")[1:]): sorted(quartiles[name][0] / 1000 for quartiles in programs)
             for name in programs[0] if name.split("/")[0] == group}
    memories, containers = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))

    def cell(times):
        return f"{statistics.median(times):.2f} ({times[0]:.2f} to {times[-1]:.2f})"
    return table(["", *containers], [[m] + [cell(cells[m, c]) for c in containers] for m in memories])


# What takes microseconds is measured often and shortly, so that each has its part of the seconds in which
# the machine is slow: the medians of 15 longer repetitions differed by a third from run to run. Where it
# has two speeds, one half of the other, a median is of either; the first quartile is of the faster one.
SHORT = {"repetitions": 11, "seconds": 0.005}
PROCESSES = 9  # the memory of each lies elsewhere

# Who takes chunks of more than 128 KiB would get new pages from the kernel each time, or not, by what lies at
# the end of the heap: strings by hand took 6 ns, or 15.
KEEPS = {"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)}


def container_section():
    subprocess.run(["cmake", "--build", RELEASE, "--target", "pond_bench_containers", "--parallel"],
                   check=True, stdout=subprocess.DEVNULL)
    programs = [os.path.basename(path) for path in
                sorted(glob.glob(os.path.join(RELEASE, "bench", "pond_bench_containers_?")))]
    requests = [quartiles_of(run_benchmarks("^(resource|allocator)/", **SHORT, **KEEPS, program=name))
                for name in programs]
    pairs = [repetition for name in programs
             for repetition in run_benchmarks("^insert_and_erase/", 2, 0, program=name)]
    recycled_bytes = next(int(b["bytes"]) for b in pairs if "bytes" in b)
    operations = quartiles_of(repetition for _ in range(PROCESSES)
                              for repetition in run_benchmarks("^operation/", **SHORT))
    return f"""### Containers

A request: memory is made, a container filled with 1000 elements and read, and both end. Nanoseconds an element: the median of
nine programs, and the lowest and the highest of them. Each of the nine has 16 copies of the same code, in another order, which
run 32 times each: where a loop lies alone makes a vector take 0.7 or 1.2 ns (see `bench/CMakeLists.txt`), and where nodes lie
in memory, a map 16 or 19, in the same program. Of a program it is the first quartile of 11 repetitions of at least 5 ms, in
random order among all others. `malloc` keeps what it is given back, so that nobody waits for the kernel.

Over a `std::pmr::memory_resource`, which for pond is `pond::resource`. A pool that recycles and `unsynchronized_pool` use again
what nodes give back, an ordinary pool only the newest, `monotonic_buffer` nothing:

{container_table(requests, "resource")}
With an allocator that is inlined, beside a bump allocator as one writes it by hand. Both ask of each node whether it is the
newest, and take that back: a vector or string that grows leaves less behind, and the end of a list or map takes longer. pond
asks with the same comparison whether the pool recycles or is watched, and with another one of arrays, so of each string,
whether they may be large, which go back at once: 84 instructions an element, by hand 82; so strings take a few per cent longer.
Most of that passes while their vector grows, and each large array that it leaves goes back to the cache (compare *not
destroyed*); *monotonic*, which gives none back, takes no longer. Where ranges overlap, nobody can tell two apart. Each request has types of its own: while a
container was of one type where it is destroyed and where it is not, g++ inlined less of it, what is called once being inlined
more readily, and a map and an unordered_map took longer, over pond and by hand.
*Monotonic*: nothing is given back (`pond::monotonic_allocator`); compare each with its like. *Not destroyed*: the container lies
in the memory itself, and nobody destroys it (`pond::make_undestroyed`); a vector that lies there is not in registers as it grows.

{container_table(requests, "allocator")}
An `std::pmr::unordered_map` that lives on with 1000 elements, 10 000 000 times one inserted and one erased, the first quartile
of two runs in each program:

{table(["", "ns for each pair"], rows_of(quartiles_of(pairs), "insert_and_erase"))}
The pool that recycles holds {recycled_bytes} bytes at the end.

### Operations of pond

Nanoseconds, the loop's own and a reset after every 512 included, the first quartile of 11 repetitions of at least 5 ms in each
of {PROCESSES} processes:

{table(["operation", "ns"], rows_of(operations, "operation"))}
"""


def program_section():
    quartiles = quartiles_of(run_benchmarks("-^operation/", 15, 0.05))
    medians = {name: median for name, (_, median, _) in quartiles.items()}
    threads = {n: v for n, v in medians.items() if n.startswith("threads/")}
    one, two = (next(v for n, v in threads.items() if n.endswith(f"threads:{k}")) for k in (1, 2))
    return f"""### Programs

Nanoseconds above the plan's, per allocation (n = 0: per pool).

Create, n allocations of 32 bytes, destroy:

{program_table(medians, "cycle", "n")}
The same on a heap full of holes, the blocks' cache emptied before:

{program_table(medians, "cycle_on_a_fragmented_heap", "n")}
n large allocations alive, and each freed, the oldest first:

{program_table(medians, "free_among", "n")}
Where pools lose. n objects alive, one of them at a time replaced:

{program_table(medians, "replaced_one_by_one", "n")}
One object at a time, in a pool that lives on:

{program_table(medians, "one_at_a_time", "n")}
### Threads

A pool for each: two threads do **{two / one:.2f}** times the requests of one.
"""


def instructions_section():
    rows = [line.split() for line in
            output(os.path.join(SOURCE, "bench", "instructions.sh"), RELEASE).splitlines()]
    counts = {(program, n, name): float(count) for program, n, name, count in rows}
    created = {name: count for (program, n, name), count in counts.items()
               if program == "create_and_destroy"}
    return f"""### Instructions

Counted by callgrind. `create_and_destroy` is the two functions and all that they call: pond needs **{number(created["pond"] / created["nginx"])}** (C++) and
**{number(created["pond-c"] / created["nginx"])}** (C) of nginx's. The others are per allocation and above the plan's.

{table(["program", "n", "contender", "instructions"], rows)}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    sections = {"replay": lambda: replay_section(arguments.rounds),
                "instructions": instructions_section, "programs": program_section,
                "containers": container_section, "growth": growth_section}
    parser.add_argument("section", nargs="*", choices=[*sections, []], default=[],
                        metavar="SECTION", help=", ".join(sections) + "; all without")
    arguments = parser.parse_args()
    for name in arguments.section or sections:
        write_between(README, BEGIN.format(name), sections[name]())


if __name__ == "__main__":
    main()
