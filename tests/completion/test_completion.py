"""Completion of harrier's command line by bash, zsh and fish, with an application that runs.

    test_completion.py HARRIER FOLDER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from harrier_case import Harrier, World
from shells import by_bash, by_fish, by_zsh, environment_of

HARRIER = SCRIPTS = None  # from the command line
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
    f"harrier signal --name {APPLICATION} gam": "gamma",
    f"harrier signal --name={APPLICATION} gam": "gamma",
    f"harrier signal --name {APPLICATION} gamma WIN": "WINCH",
    "harrier signal gamma TE": "TERM",
    "harrier signal gamma SIGTE": "SIGTERM",
    "harrier signal gamma EX": None,
    "harrier signal gamma alp": None,
    "harrier --vers": "--version",
    "harrier --hel": "--help",
    "harrier run --wait=": None,
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


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.__exit__)
        cls.environment = environment_of(cls.world, HARRIER.parent)

    def check(self, by_shell):
        components = "".join(f"  {name}: {{command: [sleep, '1000']}}\n"
                             for name in ("alpha", "beta", "gamma"))
        with Harrier(HARRIER, self.world, "run", self.world.write(
                "app.yaml", f"name: {APPLICATION}\ncomponents:\n{components}")) as harrier:
            harrier.await_event("started", component="gamma")
            for line, wanted in CASES.items():
                self.assertEqual(by_shell(SCRIPTS, line, self.environment),
                                 [wanted] if wanted else [], line)
        self.assertEqual(by_shell(SCRIPTS, "harrier stop al", self.environment), [])  # none runs

    def accepted_signals(self):
        """What harrier takes for one, of all that a shell or the C library might call so."""
        names = {each.name.removeprefix("SIG") for each in signal.Signals}
        names |= {"EXIT", "DEBUG", "ERR", "RETURN", "JUNK(32)", "IO", "IOT", "CLD", "POLL",
                  "STKFLT"}
        names |= {f"RT{end}{number}" for end in ("MIN+", "MAX-") for number in range(32)}
        return {name for name in names if subprocess.run(
            [HARRIER, "signal", "a", name], env=self.environment, check=False,
            stdin=subprocess.DEVNULL, capture_output=True).returncode != 2}

    def check_signals(self, by_shell):
        offered = by_shell(SCRIPTS, "harrier signal a ", self.environment)
        # RTMIN+0 is another name of RTMIN.
        self.assertEqual(set(offered), self.accepted_signals() - {"RTMIN+0"})
        self.assertEqual(len(offered), len(set(offered)))

    def test_bash(self):
        self.check(by_bash)
        self.check_signals(by_bash)

    def test_fish(self):
        self.check(by_fish)
        self.check_signals(by_fish)

    def test_zsh(self):
        self.check(by_zsh)


if __name__ == "__main__":
    HARRIER = Path(sys.argv.pop(1)).resolve()
    SCRIPTS = Path(sys.argv.pop(1)).resolve() / "harrier"
    unittest.main()
