#!/usr/bin/env python3
"""Puts mistakes into a copy of the code that is proven, and watches the proof fail on each.

    tests/proof/refutes.py COMPILER      every mistake has to be refuted; the code as it is, proven
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUMP, SIZES = "include/pond/detail/bump.hpp", "src/sizes.hpp"

# What it is, the file, what is replaced, by what.
MISTAKES = [
    ("nginx's comparison", BUMP, ": ule(size, end - at)", ": ule(at + size, end)"),
    ("one byte too many", BUMP, ": ule(size, end - at)", ": ule(size, end - at + 1)"),
    ("a refusal of what fits exactly", BUMP, ": ule(size, end - at)", ": ult(size, end - at)"),
    ("no rounding up", BUMP, "(cur + (alignment - 1)) & -alignment", "cur & -alignment"),
    ("a short size that is too long", BUMP, "return ult(size, kernels);",
     "return ule(size, kernels);"),
    ("a short size that may not end with the block", BUMP, "ule(at + size, end) :",
     "ult(at + size, end) :"),
    ("alignments that are no powers of two", BUMP,
     "ult(alignment - 1, most) && (alignment & (alignment - 1)) == 0", "ult(alignment - 1, most)"),
    ("a node that is taken for the newest because it lies below", BUMP, "is_not_positive(end ^ cur)",
     "is_not_positive(end - cur)"),
    ("a pool that hides its room and does not see", BUMP, "is_not_positive(end ^ cur)", "end == cur"),
    ("a sum that wraps", SIZES, "return pick(ule(a, ~b), a + b, a | ~a);", "return a + b;"),
    ("a quota that wraps", SIZES, "return ule(held, limit) && ule(more, limit - held);",
     "return ule(held + more, limit);"),
    ("a quota that reads no room as no limit", SIZES,
     "return ule(held, limit) && ule(more, limit - held);", "return ule(more, limit - held);"),
    ("a product that wraps", SIZES, "return pick(product_fits(a, b), a * b, a | ~a);",
     "return a * b;"),
    ("a growth that shifts bits out", SIZES,
     "pick(ule(first, lshr(largest, doublings)), shl(first, doublings), largest)",
     "shl(first, doublings)"),
    ("a growth past the cap", SIZES, "pick(ule(first, lshr(largest, doublings)),",
     "pick(ule(first, largest),"),
    ("a growth that makes a large first block smaller", SIZES,
     "return pick(ule(largest, first), first,", "return pick(ule(largest, first), largest,"),
    ("a block that is not whole quanta", SIZES,
     "return round_up(pick(ule(least, wanted), wanted, least), as(wanted, quantum));",
     "return pick(ule(least, wanted), wanted, least);"),
    ("a block too small behind a header of 8 bytes", SIZES,
     "const Word behind_header = round_up(header, as(size, quantum));",
     "const Word behind_header = header;"),
    ("a block too small for its alignment", SIZES,
     "return pick(ule(alignment, ordinary), size, add(size, alignment - ordinary));",
     "return pick(ule(alignment, ordinary), size, size);"),
]


def proof_holds_with(compiler, name, old, new):
    """Whether it holds for the code in which `new` stands in the file where `old` stood."""
    with tempfile.TemporaryDirectory() as root:
        for folder in ("include", "src"):
            shutil.copytree(os.path.join(SOURCE, folder), os.path.join(root, folder))
        path = os.path.join(root, name)
        with open(path) as f:
            right = f.read()
        if right.count(old) != 1:
            sys.exit(f"{name} has {right.count(old)} times: {old}")
        with open(path, "w") as f:
            f.write(right.replace(old, new))
        return proof_holds(compiler, root)


def proof_holds(compiler, root):
    program = os.path.join(root, "proof")
    subprocess.run([compiler, "-std=c++20", "-O1", "-w", f"-I{root}", f"-I{root}/include",
                    os.path.join(SOURCE, "tests/proof/proof.cpp"), "-o", program, "-lz3", "-lfmt"],
                   check=True)
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"the proof ended with {done.returncode}: {done.stdout}")
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("compiler", metavar="COMPILER")
    compiler = parser.parse_args().compiler
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        held = pool.map(lambda mistake: proof_holds_with(compiler, *mistake[1:]), MISTAKES)
        for (what, *_), holds in zip(MISTAKES, held):
            print(f"{'HELD' if holds else 'refuted'}: {what}", flush=True)
            wrong += holds
    sys.exit(f"{wrong} mistakes were proven right" if wrong else 0)


if __name__ == "__main__":
    main()
