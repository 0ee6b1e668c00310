#!/usr/bin/env python3
"""Changes the core at every place where a rule of tests/places.py applies, one place at a time, and
runs the tests of behaviour: the share of changes that they notice says how much they see.

What was tried is kept in build/mutate.json and not tried again until its text changes, so that a
run can be interrupted and goes on. A change that does not compile, or of which the program is the
same, is not a mutant. Survivors that no test can kill are in tests/mutants_explained.json.
"""
import argparse
import collections
import hashlib
import json
import os
import queue
import random
import threading
import time

import places as core
from variants import SOURCE, Variant

STATE = os.path.join(SOURCE, "build", "mutate.json")
EXPLAINED = os.path.join(SOURCE, "tests", "mutants_explained.json")
# A test program that takes so many times as long as that of the unchanged core hangs.
MOST_TIMES_LONGER = 20
LEAST_PATIENCE = 10  # seconds; other work on the machine slows both down
BETWEEN_SAVES = 5  # seconds


def program_of(copy):
    with open(copy.path("build/tests/pond_tests"), "rb") as program:
        return hashlib.sha256(program.read()).hexdigest()


class Copy:
    """A copy of the sources that builds, and what its unchanged tests are like."""

    def __init__(self, number):
        self.variant = Variant(f"mutate-{number}", "-DCMAKE_CXX_FLAGS_RELEASE=-O1")
        failed = self.variant.build("pond_tests")
        if failed is not None:
            raise RuntimeError(failed)
        self.program = program_of(self.variant)
        began = time.monotonic()
        if not self.variant.survives():
            raise RuntimeError("the tests fail without any change")
        taken = time.monotonic() - began
        self.patience = max(LEAST_PATIENCE, int(MOST_TIMES_LONGER * taken))

    def attempt(self, place, text):
        with self.variant.rewritten(place.name, text, place.changed):
            if self.variant.build("pond_tests") is not None:
                return "invalid"
            if program_of(self.variant) == self.program:
                return "same"
            return "survived" if self.variant.survives(longest=self.patience) else "killed"


class State:
    def __init__(self):
        self.results = json.load(open(STATE)) if os.path.exists(STATE) else {}
        self.lock, self.saved = threading.Lock(), time.monotonic()

    def note(self, place, result):
        with self.lock:
            self.results[place.key] = result
            print(f"{result:8} {place.name}:{place.line}: {place.new_line}", flush=True)
            if time.monotonic() - self.saved > BETWEEN_SAVES:
                self.save()

    def save(self):
        os.makedirs(os.path.dirname(STATE), exist_ok=True)
        with open(STATE + ".new", "w") as file:
            json.dump(self.results, file, indent=0)
        os.replace(STATE + ".new", STATE)
        self.saved = time.monotonic()


def explained_by(place, explained):
    wanted = (place.name, place.old_line, place.new_line)
    return next((e for e in explained if (e["file"], e["old"], e["new"]) == wanted), None)


def report(places, results):
    explained = json.load(open(EXPLAINED))
    counts = collections.Counter()
    unexplained = []
    for place in places:
        result = results.get(place.key, "untried")
        if result == "survived" and explained_by(place, explained) is not None:
            result = "explained"
        counts[result] += 1
        if result == "survived":
            unexplained.append(place)
    for place in unexplained:
        print(f"{place.name}:{place.line}\n  - {place.old_line}\n  + {place.new_line}")
    caught, survived, reasoned = counts["killed"], counts["survived"], counts["explained"]
    mutants = caught + survived + reasoned
    print(f"places                       {len(places):5}")
    print(f"tried                        {len(places) - counts['untried']:5}")
    print(f"  do not compile             {counts['invalid']:5}")
    print(f"  the same program           {counts['same']:5}")
    print(f"  mutants                    {mutants:5}")
    if mutants != 0:
        print(f"    caught                   {caught:5}  {100 * caught / mutants:5.1f} %")
        print(f"    survive, and are explained {reasoned:3}  {100 * reasoned / mutants:5.1f} %")
        print(f"    survive                  {survived:5}  {100 * survived / mutants:5.1f} %")
    return survived == 0


def try_all(todo, texts, state, jobs):
    waiting = queue.SimpleQueue()
    for place in todo:
        waiting.put(place)

    def work(number):
        copy = Copy(number)
        while True:
            try:
                place = waiting.get_nowait()
            except queue.Empty:
                return
            state.note(place, copy.attempt(place, texts[place.name]))

    # Daemons: an interrupt ends the program, and at most the last seconds are tried again.
    workers = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(jobs)]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            worker.join()
    finally:
        with state.lock:
            state.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, help="try so many of the places, chosen at random")
    parser.add_argument("--seed", default="", help="which ones; the same seed chooses the same")
    parser.add_argument("--file", help="only places of files whose name contains this")
    parser.add_argument("--again", action="store_true", help="try what survived once more")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time")
    parser.add_argument("--list", action="store_true", help="print the places and try none")
    parser.add_argument("--report", action="store_true", help="print what is known and try none")
    chosen = parser.parse_args()
    places, texts = core.every()
    if chosen.file:
        places = [p for p in places if chosen.file in p.name]
    if chosen.sample is not None:
        few = set(random.Random(chosen.seed).sample(range(len(places)),
                                                    min(chosen.sample, len(places))))
        places = [p for number, p in enumerate(places) if number in few]
    if chosen.list:
        for place in places:
            print(f"{place.name}:{place.line}\n  - {place.old_line}\n  + {place.new_line}")
        print(len(places), "places")
        return
    state = State()
    if not chosen.report:
        again = {None, "survived"} if chosen.again else {None}
        todo = [p for p in places if state.results.get(p.key) in again]
        try_all(todo, texts, state, chosen.jobs)
    if not report(places, state.results):
        raise SystemExit("mutants are alive")


if __name__ == "__main__":
    main()
