#!/usr/bin/python3
"""Serves for long, through good times and bad ones: memory, descriptors and latency must not drift.

    integration/soak/soak.py [--minutes M] [--cycle SECONDS] [--output FOLDER]

nginx on pond and the HTTP server of the examples run at the same time, M minutes each, in cycles:
requests of every kind; clients that leave in the middle; the configuration read again (nginx); no
memory (RLIMIT_AS just above what the process has); and requests of every kind again, which is
where the three are compared. Writes a table and a plot of each into FOLDER, and fails when one of
them drifts, something ends that should not, or a request of the good times is not answered.
Needs `cmake --preset release` and its build; measures on whatever else the machine does. The plots
are matplotlib's, from Debian's package and so for Debian's own Python.
"""
import argparse
import csv
import math
import os
import statistics
import sys
import threading
import time
import traceback

import plot
from subjects import ROOT, SUBJECTS, talk

PAUSE = 0.004  # seconds between the requests of a client
CLIENTS = 3
PROBES = 8  # a second
# Phases and their shares of a cycle. Only `settled` is judged.
CYCLE = (("mixed", 0.35), ("aborts", 0.15), ("reload", 0.1), ("no memory", 0.1), ("settled", 0.3))
# The first cycle is the warm-up: until memory has lacked once, buffers for that are still to be made.
# Of the cycles after it these parts are compared, at least one cycle each.
EARLY, LATE = (0.0, 0.3), (0.7, 1.0)
LEAST_CYCLES = 4
MOST_BYTES = 1024 * 1024  # that the late part may hold more than the early one: a byte or two a request
MOST_DESCRIPTORS = 16  # some connections take up to 30 seconds to end
MOST_LATENCY = 3.0  # times the early one; the machine does other things, too


class Soak(threading.Thread):
    """One subject's hour."""

    def __init__(self, subject, minutes, cycle):
        super().__init__()
        self.subject, self.seconds, self.cycle = subject, minutes * 60, cycle
        self.rows, self.wrong, self.answered, self.phase = [], [], 0, CYCLE[0][0]
        self.cycles, self.number = round(self.seconds / cycle), 0
        self.begin, self.over = time.monotonic(), threading.Event()

    def run(self):
        try:
            with self.subject:
                clients = [threading.Thread(target=self.client) for _ in range(CLIENTS)]
                for client in clients:
                    client.start()
                try:
                    for number in range(self.cycles):
                        if self.wrong:
                            break
                        self.number = number
                        self.one_cycle()
                finally:
                    self.over.set()
                    for client in clients:
                        client.join()
        except Exception:
            self.wrong.append(traceback.format_exc())

    def one_cycle(self):
        for name, share in CYCLE:
            end = time.monotonic() + share * self.cycle
            self.phase = name
            if name == "reload":
                self.subject.reload()
            if name == "no memory":
                with self.subject.no_memory():
                    self.watch(end)
                self.phase = "recovering"
                time.sleep(1)
            else:
                self.watch(end)

    def watch(self, end):
        while time.monotonic() < end:
            if dead := self.subject.dead():
                raise RuntimeError(dead)
            latencies = [self.probe() for _ in range(PROBES)]
            known = [x for x in latencies if x is not None]
            self.rows.append({
                "seconds": round(time.monotonic() - self.begin, 1), "cycle": self.number, "phase": self.phase,
                "KiB": self.subject.resident() // 1024, "descriptors": self.subject.descriptors(),
                "p50 ms": round(statistics.median(known), 3) if known else None,
                "worst ms": round(max(known), 3) if known else None, "answered": self.answered})

    def probe(self):
        begin = time.monotonic()
        try:
            talk(self.subject.port, self.subject.probe)
            latency = (time.monotonic() - begin) * 1000
        except OSError as error:
            self.unanswered(error)
            latency = None
        time.sleep(1 / PROBES)
        return latency

    def client(self):
        do = {"aborts": self.subject.abort, "no memory": self.subject.flood}
        while not self.over.is_set():
            phase = self.phase
            try:
                do.get(phase, self.subject.ask)()
                self.answered += phase not in do
            except OSError as error:
                self.unanswered(error)
            time.sleep(PAUSE)

    def unanswered(self, error):
        if self.phase in ("mixed", "settled"):
            self.wrong.append(f"{self.phase}, after {time.monotonic() - self.begin:.0f} s: {error!r}")

    def part(self, bounds, column):
        """The median of a column over a part of the cycles, in their settled times."""
        warm = self.cycles - 1
        first = 1 + min(math.floor(bounds[0] * warm), warm - 1)
        last = max(first, math.floor(bounds[1] * warm))
        return statistics.median(r[column] for r in self.rows if r["phase"] == "settled" and
                                 r[column] is not None and first <= r["cycle"] <= last)

    def judged(self):
        """One line that says how it went; drift is added to what is wrong."""
        limits = {"KiB": lambda x: x + MOST_BYTES // 1024, "descriptors": lambda x: x + MOST_DESCRIPTORS,
                  "p50 ms": lambda x: x * MOST_LATENCY}
        said = []
        for column, limit in limits.items():
            early, late = self.part(EARLY, column), self.part(LATE, column)
            said.append(f"{column} {early:.4g}, later {late:.4g}")
            if late > limit(early):
                self.wrong.append(f"{column} drifts from {early:.4g} to {late:.4g}")
        return f"{self.subject.name}: {self.answered} requests answered; " + "; ".join(said)

    def write(self, folder):
        name = os.path.join(folder, self.subject.name)
        with open(name + ".csv", "w", newline="") as f:
            table = csv.DictWriter(f, self.rows[0])
            table.writeheader()
            table.writerows(self.rows)
        plot.draw(self.rows, f"{self.subject.name}, {self.seconds / 60:.0f} minutes", name + ".png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="of each; default: 30")
    parser.add_argument("--cycle", type=float, default=60, help="seconds; default: 60")
    parser.add_argument("--output", default=os.path.join(ROOT, "build", "soak"), metavar="FOLDER")
    options = parser.parse_args()
    if options.minutes * 60 < LEAST_CYCLES * options.cycle:
        parser.error(f"at least {LEAST_CYCLES} cycles are needed, of which the first is the warm-up")
    os.makedirs(options.output, exist_ok=True)
    soaks = [Soak(subject(os.path.join(options.output, "lab")), options.minutes, options.cycle)
             for subject in SUBJECTS]
    for soak in soaks:
        soak.start()
    for soak in soaks:
        soak.join()
        if soak.rows:
            soak.write(options.output)
        print(soak.judged() if not soak.wrong else f"{soak.subject.name}: went wrong")
    for soak in soaks:
        for wrong in soak.wrong[:3]:
            print(f"{soak.subject.name}: {wrong}", file=sys.stderr)
    return 1 if any(soak.wrong for soak in soaks) else 0


if __name__ == "__main__":
    sys.exit(main())
