"""Completion of shminfo's and shmclean's command lines by bash, zsh and fish, with real heaps.

    test_tools.py BIN HEAP_WORKER FOLDER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from harrier_case import World, await_true, shared_memory
from shells import by_bash, by_fish, by_zsh, environment_of

BIN = WORKER = SCRIPTS = None  # from the command line
# What is typed, the last word unfinished; and the one word that it can only become, or none.
CASES = {
    "shminfo --cs": "--csv",
    "shminfo --conn": "--connections",
    "shminfo --hol": "--holders",
    "shminfo --foreign": None,
    "shminfo --sort us": "used",
    "shminfo --sort=us": "--sort=used",
    "shminfo --format a": "auto",
    "shminfo --component fi": "filter",
    "shminfo --component=fi": "--component=filter",
    "shminfo --verify le": "left-behind",
    "shminfo --verify=le": "--verify=left-behind",
    "shminfo --verify tw": "two words",
    "shminfo --user roo": "root",
    "shminfo --check le": None,
    "shminfo le": None,
    "shmclean --dry": "--dry-run",
    "shmclean --wat": "--watch",
    "shmclean --all": "--all-users",
    "shmclean --conn": None,
    "shmclean le": "left-behind",
    "shmclean -n tw": "two words",
    "shmclean --older-than le": None,
    "shmclean --component fi": "filter",
    "shmclean --foreign le": "left-behind",
    "shmclean --foreign=fa": "--foreign=fastdds",
    "shmclean --foreign=fastdds,ra": "--foreign=fastdds,ray",
    "shmclean --dir {elsewhere} fa": "far",
    "shmclean --dir={elsewhere} fa": "far",
    "shmclean --dir {elsewhere} le": None,
    "shminfo --dir {elsewhere} --component fi": "filter",
    'shmclean --dir "{spaced}" fa': "far",
    'shmclean --dir="{spaced}" fa': "far",
    "shmclean --dir {escaped} fa": "far",
    'shminfo --dir "{spaced}" --component fi': "filter",
    "shminfo --dir {folder}/else": "{elsewhere}",
    "shmclean --files-from {folder}/lis": "{folder}/list",
    "shmclean --files-from={folder}/lis": "--files-from={folder}/list",
    "shmclean --dir {folder}/lis": None,
    "shmclean --dir={folder}/else": "--dir={elsewhere}",
}


def leave_heap(world, component):
    """The heap of a process that is dead by now; its component is what shminfo is to say."""
    process = subprocess.Popen([str(WORKER)], stdin=subprocess.DEVNULL,
                               env={**world.environment, "SHMHEAP_COMPONENT": component})
    name = f"heap-{process.pid}"
    try:
        await_true(lambda: shared_memory(BIN / "shminfo", world).get(name, {}).get("component"))
    finally:
        process.kill()
        process.wait()
    return world.heaps / name


class ToolCompletion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.__exit__)
        cls.environment = environment_of(cls.world, BIN)
        heap = leave_heap(cls.world, "filter")
        for name in ("left\nover", "left\\behind", 'left"quoted', "two words"):
            shutil.copy(heap, cls.world.heaps / name)
        elsewhere = cls.world.folder / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(heap, elsewhere / "far")
        spaced = cls.world.folder / "a place"
        spaced.mkdir()
        shutil.copy(heap, spaced / "far")
        heap.rename(cls.world.heaps / "left-behind")
        leave_heap(cls.world, "fi\\lm")
        cls.world.write("list", "left-behind\n")
        cls.places = {"folder": cls.world.folder, "elsewhere": elsewhere, "spaced": spaced,
                      "escaped": str(spaced).replace(" ", "\\ ")}

    def check(self, by_shell):
        for line, wanted in CASES.items():
            found = by_shell(SCRIPTS, line.format(**self.places), self.environment)
            found = [word.rstrip("/") for word in found]  # which bash adds to a directory later
            self.assertEqual(found, [wanted.format(**self.places)] if wanted else [], line)

    def check_options(self, by_shell):
        """Each option of the help once, and nothing besides."""
        for program in ("shminfo", "shmclean"):
            shown = subprocess.run([BIN / program, "--help"], check=True, text=True,
                                   stdin=subprocess.DEVNULL, capture_output=True).stdout
            options = re.findall(r"^  (?:-\w,)?(--[a-z-]+)", shown, re.MULTILINE)
            self.assertGreater(len(options), 10)
            found = by_shell(SCRIPTS, f"{program} --", self.environment)
            if "--foreign=" in found:  # how fish offers the value that may be left out
                found.remove("--foreign=")
            self.assertEqual(sorted(found), sorted(options))

    def test_bash(self):
        self.check(by_bash)
        self.check_options(by_bash)

    def test_fish(self):
        self.check(by_fish)
        self.check_options(by_fish)

    def test_zsh(self):
        self.check(by_zsh)


if __name__ == "__main__":
    BIN, WORKER = Path(sys.argv.pop(1)).resolve(), Path(sys.argv.pop(1)).resolve()
    SCRIPTS = Path(sys.argv.pop(1)).resolve() / "shminfo"
    unittest.main()
