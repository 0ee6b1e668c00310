"""Runs a program under callgrind, and reads what it had dumped."""
import os
import re
import subprocess
import tempfile


def dumped(*command):
    """{name: instructions} of each CALLGRIND_DUMP_STATS_AT(name), in their order. Nothing is
    collected before the program asks for it."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no",
                        f"--callgrind-out-file={out}", *command], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = {}
        part = 1
        while os.path.exists(f"{out}.{part}"):
            text = open(f"{out}.{part}").read()
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            if name is not None:
                result[name[1]] = int(re.search(r"^totals: (\d+)$", text, re.MULTILINE)[1])
            part += 1
        return result
