"""The tests that a change of the core has to pass unnoticed to survive; the quickest first."""
import ctypes.util
import hashlib
import shutil
import subprocess
import time

from variants import Variant

# Tests that take so many times as long as those of the unchanged core hang, but not before the
# least, nor after the most seconds more of a processor.
MOST_TIMES_LONGER = 10
LEAST_PATIENCE, MOST_PATIENCE = 10, 60
MOST_SANITIZED_MEMORY = 4096  # MiB; AddressSanitizer reserves more than it uses, so not by a limit


def version_of(compiler):
    """Its major version, or nothing."""
    if shutil.which(compiler) is None:
        return ""
    return subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True).stdout.strip()


class Suite:
    """`build` names the build directory, which suites of the same options share."""

    def __init__(self, name, build, options=(), targets=("pond_tests",), ctest=None, files=None,
                 environment=None, needs=None, quick=False):
        self.name, self.build, self.options = name, build, options
        self.targets, self.ctest, self.files = targets, ctest, files
        self.environment, self.needs = environment or {}, needs
        self.quick = quick

    def available(self):
        return self.needs is None or self.needs()

    def concerns(self, name):
        return self.files is None or name in self.files

    def survives(self, variant, longest):
        if self.ctest is None:
            return variant.survives(longest=longest, environment=self.environment)
        return variant.passes(["ctest", "--test-dir", variant.path("build"), "--stop-on-failure",
                               "--no-tests=error", "-R", self.ctest], longest)


BEHAVIOUR = Suite("the tests of behaviour", "plain", quick=True)
SUITES = [
    BEHAVIOUR,
    Suite("what operations cost", "cost", ["-DCMAKE_CXX_FLAGS_RELEASE=-O2"], ("pond_costs",), "^Cost[.]",
          needs=lambda: shutil.which("valgrind") and version_of("g++") == "12", quick=True),
    Suite("with tiny blocks", "tiny", ["-DPOND_TINY_GEOMETRY=ON"]),
    Suite("with sanitizers", "sanitized", ["-DPOND_SANITIZE=address,undefined"],
          environment={"ASAN_OPTIONS": "detect_stack_use_after_return=1:"
                                       "allocator_may_return_null=1:"
                                       f"hard_rss_limit_mb={MOST_SANITIZED_MEMORY}"}),
    Suite("as processes, with memcheck", "plain",
          targets=("victims", "life_host", "life_module", "life_configured"),
          ctest="^(Watch|Life)[.]",
          needs=lambda: shutil.which("valgrind")),
    Suite("the proof", "proof", ["-DCMAKE_BUILD_TYPE=Debug"], ("pond_proof",), "^Proof[.]holds",
          files=("src/sizes.hpp", "include/pond/detail/bump.hpp"),
          needs=lambda: ctypes.util.find_library("z3")),
]


def program_of(variant):
    with open(variant.path("build/tests/pond_tests"), "rb") as program:
        return hashlib.sha256(program.read()).hexdigest()


class Bench:
    """A copy of the sources for each build, and what the unchanged tests are like."""

    def __init__(self, number):
        self.number, self.variants, self.patience = number, {}, {}

    def variant(self, suite):
        if suite.build not in self.variants:
            self.variants[suite.build] = Variant(f"mutate-{suite.build}-{self.number}",
                                                 "-DCMAKE_CXX_FLAGS_RELEASE=-O1", *suite.options)
        return self.variants[suite.build]

    def prepared(self, suite):
        """The copy for a suite, which passes unchanged."""
        variant = self.variant(suite)
        if suite.name not in self.patience:
            failed = variant.build(*suite.targets)
            if failed is not None:
                raise RuntimeError(failed)
            if suite is BEHAVIOUR:
                self.program = program_of(variant)
            began = time.monotonic()
            if not suite.survives(variant, None):
                raise RuntimeError(f"{suite.name} fails without any change")
            taken = time.monotonic() - began
            longer = min(max(MOST_TIMES_LONGER * taken, LEAST_PATIENCE), taken + MOST_PATIENCE)
            self.patience[suite.name] = int(longer)
        return variant

    def attempt(self, suite, place, text):
        """What the suite makes of a change: invalid, same, survived, or that it caught it."""
        variant = self.prepared(suite)
        with variant.rewritten(place.name, text, place.changed):
            if variant.build(*suite.targets) is not None:
                # Where it compiles as users have it, a build of the tests that fails is a find.
                return "invalid" if suite is BEHAVIOUR else caught_by(suite)
            if suite is BEHAVIOUR and program_of(variant) == self.program:
                return "same"
            survived = suite.survives(variant, self.patience[suite.name])
            return "survived" if survived else caught_by(suite)


def caught_by(suite):
    return "caught: " + suite.name
