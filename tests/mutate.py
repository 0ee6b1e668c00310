#!/usr/bin/env python3
"""Changes the core at every place where a rule of tests/places.py applies, one place at a time, and
runs the tests: the share of changes that they notice says how much they see. What the tests of
behaviour do not notice goes through the other suites of tests/suites.py.

What was tried is kept in build/mutate/results.json and not tried again until its text changes, so that a
run can be interrupted and goes on. A change that does not compile, or of which the program is the
same, is not a mutant. Survivors that no test can catch are in tests/mutants_explained.json, each
with its reason: one change (`old`, `new`), or a `bound` that is only tuned, by its name.
"""
import argparse
import collections
import hashlib
import json
import os
import re
import threading
import time

import places as core
from suites import Bench, SUITES, caught_by
from variants import SOURCE, each

STATE = os.path.join(SOURCE, "build", "mutate", "results.json")
EXPLAINED = os.path.join(SOURCE, "tests", "mutants_explained.json")
BETWEEN_SAVES = 5  # seconds
COMPARISONS = ("<", "<=", ">", ">=")


class State:
    def __init__(self):
        self.results = json.load(open(STATE)) if os.path.exists(STATE) else {}
        self.lock, self.saved = threading.Lock(), time.monotonic()

    def note(self, place, result):
        with self.lock:
            self.results[place.key] = result
            print(f"{result:16} {place.name}:{place.line}: {place.new_line}", flush=True)
            if time.monotonic() - self.saved > BETWEEN_SAVES:
                self.save()

    def save(self):
        os.makedirs(os.path.dirname(STATE), exist_ok=True)
        with open(STATE + ".new", "w") as file:
            json.dump(self.results, file, indent=0)
        os.replace(STATE + ".new", STATE)
        self.saved = time.monotonic()


def moves_a_bound(place, name):
    """Whether the change is of a named bound, or of a comparison with it that is one off then."""
    if re.search(rf"\bconstexpr\b.* {name} =", place.old_line):
        return True
    if place.old == "0" and re.match(rf"for \(.* = 0; .*< {name}; \+\+", place.old_line):
        return True
    return place.old in COMPARISONS and re.match(rf" {name}\b", place.rest) is not None


def explains(entry, place):
    if entry["file"] != place.name:
        return False
    if "bound" in entry:
        return moves_a_bound(place, entry["bound"])
    return (entry["old"], entry["new"]) == (place.old_line, place.new_line)


class Explanations:
    """Why what survives cannot be seen, or is only slower."""

    def __init__(self):
        self.entries = json.load(open(EXPLAINED))

    def of(self, place):
        return next((entry for entry in self.entries if explains(entry, place)), None)


def attempt(bench, suites, place, text, explained):
    """Suite by suite; what is explained is seen by none but perhaps the quick ones."""
    for suite in suites:
        if not suite.concerns(place.name) or explained and not suite.quick:
            continue
        result = bench.attempt(suite, place, text)
        if result != "survived":
            return result
    return "survived"


def draw(seed, place):
    """A lot for each place that does not depend on the others, so that few change with the text."""
    return hashlib.sha256(f"{seed}\0{place.key}".encode()).digest()


def print_place(place):
    print(f"{place.name}:{place.line}\n  - {place.old_line}\n  + {place.new_line}")


def report(places, results, explanations):
    counts = collections.Counter()
    unexplained = []
    for place in places:
        result = results.get(place.key, "untried")
        if result == "survived" and explanations.of(place) is not None:
            result = "explained"
        counts[result] += 1
        if result == "survived":
            unexplained.append(place)
    for place in unexplained:
        print_place(place)
    caught = sum(n for result, n in counts.items() if result.startswith("caught"))
    mutants = caught + counts["survived"] + counts["explained"]

    def share(what, number):
        print(f"    {what:37} {number:5}  {100 * number / max(mutants, 1):5.1f} %")

    print(f"places                                    {len(places):5}")
    print(f"tried                                     {len(places) - counts['untried']:5}")
    print(f"  do not compile                          {counts['invalid']:5}")
    print(f"  the same program                        {counts['same']:5}")
    print(f"  mutants                                 {mutants:5}")
    share("caught", caught)
    for suite in SUITES:
        share("  " + suite.name, counts[caught_by(suite)])
    share("survive, and are explained", counts["explained"])
    share("survive", counts["survived"])
    return not unexplained


def try_all(todo, texts, state, suites, explanations, jobs):
    def work(bench, place):
        explained = explanations.of(place) is not None
        state.note(place, attempt(bench, suites, place, texts[place.name], explained))

    try:
        each(todo, jobs, Bench, work)
    finally:
        with state.lock:
            state.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, help="try so many of the places, chosen at random")
    parser.add_argument("--seed", default="", help="which ones; the same seed chooses the same")
    parser.add_argument("--file", help="only places of files whose name contains this")
    parser.add_argument("--again", action="store_true", help="try what survived unexplained, once more")
    parser.add_argument("--suites", type=int, default=len(SUITES),
                        help="so many of the suites, the quickest first")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time")
    parser.add_argument("--list", action="store_true", help="print the places and try none")
    parser.add_argument("--report", action="store_true", help="print what is known and try none")
    chosen = parser.parse_args()
    places, texts = core.every()
    if chosen.file:
        places = [p for p in places if chosen.file in p.name]
    if chosen.sample is not None:
        few = {p.key for p in sorted(places, key=lambda p: draw(chosen.seed, p))[:chosen.sample]}
        places = [p for p in places if p.key in few]
    if chosen.list:
        for place in places:
            print_place(place)
        print(len(places), "places")
        return
    state, explanations = State(), Explanations()
    if not chosen.report:
        wanted = "survived" if chosen.again else None
        todo = [p for p in places if state.results.get(p.key) == wanted and
                not (chosen.again and explanations.of(p))]
        suites = [suite for suite in SUITES[:chosen.suites] if suite.available()]
        try_all(todo, texts, state, suites, explanations, chosen.jobs)
    if not report(places, state.results, explanations):
        raise SystemExit("mutants are alive")


if __name__ == "__main__":
    main()
