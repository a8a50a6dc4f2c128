"""Completion of harrier's command line by bash, zsh and fish, with an application that runs.

    test_completion.py HARRIER FOLDER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import os
import pty
import re
import select
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harrier_case import PATIENCE_S, Harrier, World

HARRIER = FOLDER = None  # from the command line
APPLICATION = f"completion-test-{os.getpid()}"
# What is typed, the last word unfinished; and the one word that it can only become, or none.
CASES = {
    "harrier restar": "restart",
    "harrier stop al": "alpha",
    "harrier wait alpha be": "beta",
    f"harrier restart --name {APPLICATION} be": "beta",
    f"harrier restart --name={APPLICATION} be": "beta",
    "harrier restart --name=nobody be": None,
    "harrier signal gam": "gamma",
    "harrier status -o w": "wide",
    "harrier status --w": "--watch",
    "harrier wait --en": "--ended",
    "harrier down --at": "--at-once",
    "harrier upg": "upgrade",
    "harrier upgrade --na": "--name",
    "harrier logs alp": "alpha",
    "harrier run --deta": "--detach",
    "harrier logs --fo": "--follow",
}


def by_bash(line, environment):
    words = re.findall("=|[^ =]+", line)  # as readline does
    script = (f"source {FOLDER}/harrier.bash; COMP_WORDS=({' '.join(words)}); "
              f"COMP_CWORD={len(words) - 1}; _harrier; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return subprocess.run(["bash", "--norc", "-c", script], env=environment, check=True, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True).stdout.split()


def by_fish(line, environment):
    told = subprocess.run(
        ["fish", "--no-config", "-c", f"source {FOLDER}/harrier.fish; complete -C '{line}'"],
        env=environment, check=True, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    return [candidate.split("\t")[0] for candidate in told.stdout.splitlines()]


def by_zsh(line, environment):
    """zsh completes at a terminal only: this one shows what has become of the line, and ends."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
    os.write(terminal, (
        f"fpath=({FOLDER} $fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep; PS1=; "
        "show() { print -r -- \"<${BUFFER}>\"; exit }; zle -N show; bindkey '^X' show; "
        "print -r -- rea''dy\n").encode())
    seen = ""
    is_asked = False
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not (found := re.findall(r"<(harrier[^>]*)>", seen)):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 4096).decode(errors="replace")
            except OSError:
                break
        if not is_asked and re.search(r"^ready", seen, re.MULTILINE):
            os.write(terminal, f"{line}\t\x18".encode())
            is_asked = True
    found = re.findall(r"<(harrier[^>]*)>", seen)
    os.close(terminal)
    os.waitpid(child, 0)
    assert found, seen
    last = found[-1].split()[-1]
    return [] if last == line.split()[-1] else [last]


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.__exit__)
        cls.environment = {**cls.world.environment, "TERM": "dumb", "HOME": str(cls.world.folder),
                           "PATH": f"{HARRIER.parent}:{os.environ['PATH']}"}
        cls.environment.pop("LS_COLORS", None)

    def check(self, by_shell):
        components = "".join(f"  {name}: {{command: [sleep, '1000']}}\n"
                             for name in ("alpha", "beta", "gamma"))
        with Harrier(HARRIER, self.world, "run", self.world.write(
                "app.yaml", f"name: {APPLICATION}\ncomponents:\n{components}")) as harrier:
            harrier.await_event("started", component="gamma")
            for line, wanted in CASES.items():
                self.assertEqual(by_shell(line, self.environment), [wanted] if wanted else [],
                                 line)
        self.assertEqual(by_shell("harrier stop al", self.environment), [])  # nothing runs

    def test_bash(self):
        self.check(by_bash)

    def test_fish(self):
        self.check(by_fish)

    def test_zsh(self):
        self.check(by_zsh)


if __name__ == "__main__":
    HARRIER, FOLDER = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
    unittest.main()
