#!/usr/bin/env python3
"""Searches a model of Spin's, and its wrong variants, which must be found wrong.

    spin_check.py MODEL.pml [-DNAME=VALUE...]

Each macro WRONG_... that the model asks for leaves out a step or swaps two: were no claim broken
then, the claims would be too weak. Works in a directory of its own below the current one and
removes it.
Exit status 0 when the model holds and no variant does.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

DEPTH_MAX = 1_000_000
MEMORY_MAX_MB = 4_000


def search(model, defines, optimization, within="."):
    """The verifier's report about the model with these macros defined."""
    with tempfile.TemporaryDirectory(prefix="spin-", dir=within) as directory:
        def run(*command):
            return subprocess.run(command, cwd=directory, check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        generated = run("spin", *defines, "-a", str(model))
        if "error" in generated.lower():
            sys.exit(generated)
        run("gcc", optimization, "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MAX_MB}",
            "-o", "pan", "pan.c")
        return run("./pan", f"-m{DEPTH_MAX}", "-n")


def is_complete(report):
    """Whether every state was searched: neither memory nor depth ran out."""
    limits = ("error: max search depth too small", "aborted", "reached -DMEMLIM bound")
    return not any(limit in report for limit in limits)


def count_errors(report):
    return int(re.search(r"errors: (\d+)", report).group(1))


def broken_claim(report):
    """None: no claim was found broken."""
    found = re.search(r"pan:1: (.*)", report)
    return found.group(1) if found else None


def wrong_variants(model):
    """The macros that make the model wrong."""
    return sorted(set(re.findall(r"#ifn?def (WRONG_\w+)", model.read_text())))


def main(arguments):
    model, defines = Path(arguments[0]).resolve(), arguments[1:]
    report = search(model, defines, "-O2")
    states = re.search(r"(\d+) states, stored", report).group(1)
    print(f"{model.name} {' '.join(defines)}: {states} states")
    holds = count_errors(report) == 0 and is_complete(report)
    if not holds:
        print(report)

    unnoticed = []
    for wrong in wrong_variants(model):
        # Soon over, unlike the compiler when it optimizes.
        report = search(model, [*defines, f"-D{wrong}"], "-O0")
        broken = broken_claim(report)
        print(f"{wrong}: {broken or 'NOT NOTICED'}")
        if not broken:
            unnoticed.append(wrong)
    return 0 if holds and not unnoticed else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
