"""Runs a program under callgrind, and reads what it had dumped."""
import os
import re
import subprocess
import tempfile


def dumped(*command):
    """{name: instructions} of each CALLGRIND_DUMP_STATS_AT(name), in their order. Nothing is
    collected before the program asks for it. Two of one name are an error."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        subprocess.run(["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no",
                        f"--callgrind-out-file={out}", *command], check=True, text=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        result = {}
        part = 1
        while os.path.exists(f"{out}.{part}"):
            text = open(f"{out}.{part}").read()
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            if name is not None:
                if name[1] in result:
                    raise ValueError(f"two that are called {name[1]!r}")
                result[name[1]] = int(re.search(r"^totals: (\d+)$", text, re.MULTILINE)[1])
            part += 1
        return result
