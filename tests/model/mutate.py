#!/usr/bin/env python3
"""Weakens each memory order of the shipping steps, swaps steps, and asks the models to notice.

    mutate.py [--only PATTERN] [--jobs N] [--record]

mutations.toml, beside this program, says what is changed, which model must notice, and of what it
need not notice, why the weaker form is equivalent. Each order of the headers that is stronger than
relaxed needs an entry, and so does the next weaker one of each that is called equivalent.

Each mutation is made in a copy of the sources in a temporary directory, and its model is built and
searched there, after all models were searched as they are.

  --only PATTERN   only mutations in whose name this regular expression is found
  --jobs N         so many at once; as many as there are processors if not given
  --record         writes the outcomes to RESULTS.md, beside this program

Exit status 0 when each mutation is noticed, or is equivalent and not noticed; 1 if not; 2 usage.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import spin_check

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIED = ("shmheap/include", "shmheap/src", "tests/model", "tests/test_main.cpp")
HEADERS = [ROOT / "shmheap/src" / name for name in (
    "lease/lane.hpp", "lease/release_signal.hpp", "lease/tenancy.hpp", "lease/claim.hpp",
    "stream/ring.hpp")]
STEP_SECONDS_MAX = 1200  # to build a model, or to search it

# What an operation may be weakened to, one step at a time.
WEAKER = {
    "load": {"sequential": ["acquire"], "acquire": ["relaxed"]},
    "store": {"sequential": ["release"], "release": ["relaxed"]},
    "exchange": {"sequential": ["acquire_release"], "acquire_release": ["acquire", "release"],
                 "acquire": ["relaxed"], "release": ["relaxed"]},
}


@dataclass(frozen=True)
class Order:
    """One memory order in a header, stronger than relaxed."""
    path: Path
    name: str  # as entries call it
    kind: str  # a key of WEAKER
    strength: str
    begin: int  # of the strength, in the header's text
    end: int


@dataclass(frozen=True)
class Mutation:
    """`text` takes the place of the file's, or `macro` is defined for Spin."""
    name: str
    model: str
    path: Path | None = None
    text: str | None = None
    macro: str | None = None
    equivalent: str | None = None  # why


@dataclass(frozen=True)
class Outcome:
    mutation: Mutation
    finding: str | None  # what the model says, None: it holds
    is_searched: bool = True  # False: it could not be built or searched; `finding` says why

    @property
    def is_right(self):
        return self.is_searched and (self.finding is None) == (self.mutation.equivalent is not None)

    @property
    def verdict(self):
        if not self.is_searched:
            return f"NOT SEARCHED: {self.finding}"
        if self.finding and self.mutation.equivalent:
            return f"NOTICED, though called equivalent: {self.finding}"
        if self.finding:
            return f"noticed: {self.finding}"
        if self.mutation.equivalent:
            return f"equivalent: {self.mutation.equivalent}"
        return "NOT NOTICED"


# ---- what there is to mutate

def without_comments(text):
    """Of the same length."""
    return re.sub(r"//[^\n]*", lambda comment: " " * len(comment.group()), text)


def find_orders(path):
    """The orders of a header's steps, in the order of its lines."""
    text = without_comments(path.read_text())
    steps = [(match.start(), match.group(1))
             for match in re.finditer(r"^    (?:\[\[nodiscard\]\] )?static [^=;]*?(\w+)\(", text,
                                      re.MULTILINE)]
    # The atomics policy itself, `acquire = std::memory_order_acquire`, is no step.
    strange = re.search(r"(?<!= )std::memory_order_\w+", text)
    if strange:
        sys.exit(f"{path}: an order that does not come from the policy: {strange.group()}")
    operations = list(re.finditer(
        r"([\w.]+)\.(load|store|exchange|fetch_\w+|compare_exchange_\w+)\(", text))
    for operation in operations:
        if "Atomics::" not in text[operation.end():text.index(";", operation.end())]:
            sys.exit(f"{path}: no order: {operation.group()}")
    names = set()
    for match in re.finditer(r"Atomics::(acquire|release|sequential)\b", text):
        strength = match.group(1)
        step = [name for begin, name in steps if begin < match.start()][-1]
        call = [each for each in operations if each.end() <= match.start()][-1]
        operation = call.group(2)
        kind = operation if operation in ("load", "store") else "exchange"
        name = f"{path.name} {step} {call.group(1)}.{operation} {strength}"
        orders_before = text[call.end():match.start()].count("Atomics::")
        if operation.startswith("compare_exchange") and orders_before == 1:
            kind, name = "load", f"{name} on failure"
        if name in names:
            sys.exit(f"{path}: two orders alike in one step: {name}")
        names.add(name)
        yield Order(path, name, kind, strength, match.start(1), match.end(1))


def reason(entry):
    """Why no model notices; None: one must."""
    return entry["equivalent"].strip() if "equivalent" in entry else None


def order_mutations(entries, complaints):
    orders = {order.name: order for path in HEADERS for order in find_orders(path)}
    table = {}
    for entry in entries:
        for name in entry["at"] if isinstance(entry["at"], list) else [entry["at"]]:
            if (name, entry["weaker"]) in table:
                complaints.append(f"two entries: {name} -> {entry['weaker']}")
            table[name, entry["weaker"]] = entry
    needed = [(order.name, weaker) for order in orders.values()
              for weaker in WEAKER[order.kind][order.strength]]
    mutations = []
    while needed:
        key = name, weaker = needed.pop(0)
        entry = table.pop(key, None)
        if entry is None:
            complaints.append(f"no entry: {name} -> {weaker}")
            continue
        order = orders[name]
        text = order.path.read_text()
        mutations.append(Mutation(
            f"{name} -> {weaker}", entry["model"], order.path,
            text[:order.begin] + weaker + text[order.end:], equivalent=reason(entry)))
        if "equivalent" in entry:
            weaker_still = [(name, each) for each in WEAKER[order.kind].get(weaker, [])]
            needed[:0] = [each for each in weaker_still if each not in needed]
    complaints.extend(f"an entry for nothing: {name} -> {weaker}" for name, weaker in table)
    return mutations


def swap_mutations(entries, complaints):
    mutations = []
    for entry in entries:
        path = ROOT / entry["file"]
        text = path.read_text()
        if text.count(entry["text"]) != 1:
            complaints.append(f"its text is not in {entry['file']} once: {entry['what']}")
            continue
        mutations.append(Mutation(
            f"{path.name}: {entry['what']}", entry["model"], path,
            text.replace(entry["text"], entry["by"]), equivalent=reason(entry)))
    return mutations


def spin_mutations(entries, complaints):
    mutations = [Mutation(f"{entry['model']}: {entry['what']}", entry["model"],
                          macro=entry["macro"], equivalent=reason(entry))
                 for entry in entries]
    listed = {(mutation.model, mutation.macro) for mutation in mutations}
    there = {(model.name, macro) for model in HERE.glob("*.pml")
             for macro in spin_check.wrong_variants(model)}
    complaints.extend(f"no entry: {model} {macro}" for model, macro in sorted(there - listed))
    complaints.extend(f"an entry for nothing: {model} {macro}"
                      for model, macro in sorted(listed - there))
    return mutations


def read_mutations():
    with open(HERE / "mutations.toml", "rb") as file:
        table = tomllib.load(file)
    complaints = []
    mutations = (order_mutations(table["order"], complaints)
                 + swap_mutations(table["swap"], complaints)
                 + spin_mutations(table["variant"], complaints))
    if complaints:
        sys.exit("mutations.toml:\n  " + "\n  ".join(complaints))
    return mutations


# ---- the searches

def compiler():
    """Through ccache if there is one."""
    cached = ["ccache"] if shutil.which("ccache") else []
    return [*cached, os.environ.get("CXX", "c++")]


def run(command, directory):
    return subprocess.run(command, cwd=directory, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=STEP_SECONDS_MAX)


def compile_source(source, directory):
    """The compiler's messages; nothing if there is `source`.o then."""
    built = run([*compiler(), "-std=c++20", "-O1", "-w", "-Ishmheap/include", "-Ishmheap/src",
                 "-Itests", "-c", f"tests/{source}.cpp", "-o", f"{Path(source).name}.o"], directory)
    return built.stdout if built.returncode else ""


def search_relacy(mutation, directory):
    for folder in COPIED:
        copy = shutil.copytree if (ROOT / folder).is_dir() else shutil.copy
        (directory / folder).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / folder, directory / folder)
    if mutation.path:
        (directory / mutation.path.relative_to(ROOT)).write_text(mutation.text)
    messages = compile_source("test_main", directory) or compile_source(
        f"model/{mutation.model}", directory)
    if messages:
        return Outcome(mutation, messages, is_searched=False)
    run([*compiler()[-1:], "test_main.o", f"{mutation.model}.o", "-o", "search"], directory)
    report = run(["./search", "--abort-after=1"], directory)
    # The model, how far the search came, what it found, in which execution.
    found = re.search(r"^N12_GLOBAL__N_1\d+(\w+)E\n(?:\d+% .*\n)*(.+)\niteration: ", report.stdout,
                      re.MULTILINE)
    if found:
        said = re.sub(r"USER ASSERT FAILED \((.*)\)", r'"\1"', found.group(2))
        return Outcome(mutation, f"{said}, in {found.group(1)}")
    if report.returncode != 0 or "Status: SUCCESS" not in report.stdout:
        return Outcome(mutation, f"exit status {report.returncode}: {report.stdout[-2000:]}",
                       is_searched=False)
    return Outcome(mutation, None)


def search_spin(mutation, directory):
    report = spin_check.search(HERE / mutation.model, [f"-D{mutation.macro}"], "-O0", directory)
    if not spin_check.is_complete(report):
        return Outcome(mutation, report, is_searched=False)
    return Outcome(mutation, spin_check.broken_claim(report))


def search(mutation):
    how = search_spin if mutation.macro else search_relacy
    with tempfile.TemporaryDirectory(prefix="mutate-") as directory:
        try:
            return how(mutation, Path(directory))
        except subprocess.TimeoutExpired as error:
            return Outcome(mutation, str(error), is_searched=False)


def search_all(mutations, jobs):
    outcomes = []
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(search, mutations):
            print(f"{outcome.mutation.name}: {outcome.verdict}", flush=True)
            outcomes.append(outcome)
    return outcomes


# ---- what is told

def record(outcomes):
    noticed = sum(1 for outcome in outcomes if outcome.finding)
    rows, above = [], None
    for outcome in outcomes:
        told = outcome.verdict.replace("|", "\\|")
        reason_above, above = above, outcome.mutation.equivalent
        if above and above == reason_above:
            told = "equivalent: as above"
        rows.append(f"| {outcome.mutation.name} | {told} |")
    (HERE / "RESULTS.md").write_text(
        "# Mutations of the models\n\n"
        "Written by `mutate.py --record`; see README.md. Behind what was noticed: the first broken "
        "claim, and in which model.\n\n"
        f"{len(outcomes)} mutations, {noticed} noticed, {len(outcomes) - noticed} equivalent.\n\n"
        "| mutation | outcome |\n| --- | --- |\n" + "\n".join(rows) + "\n")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[2].strip())
    parser.format_help = lambda: __doc__
    parser.add_argument("--only", metavar="PATTERN", default="")
    parser.add_argument("--jobs", type=int, metavar="N", default=os.cpu_count())
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    if arguments.only and arguments.record:
        parser.error("--record is of all mutations")

    mutations = [mutation for mutation in read_mutations()
                 if re.search(arguments.only, mutation.name)]
    relacy_models = sorted({mutation.model for mutation in mutations if not mutation.macro})
    began = time.monotonic()
    unmutated = search_all([Mutation(f"{model}, as it is", model, equivalent="nothing is changed")
                            for model in relacy_models], arguments.jobs)
    if not all(outcome.is_right for outcome in unmutated):
        return 1
    outcomes = search_all(mutations, arguments.jobs)
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    print(f"{len(outcomes)} mutations in {time.monotonic() - began:.0f} s, {len(wrong)} wrong")
    for outcome in wrong:
        print(f"  {outcome.mutation.name}: {outcome.verdict}")
    if arguments.record and not wrong:
        record(outcomes)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
