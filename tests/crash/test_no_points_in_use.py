#!/usr/bin/env python3
"""Libraries and programs for use have no crash points: neither the name of one nor the function
that a point calls. The library of the driver has them all, which shows that the search finds them.

    test_no_points_in_use.py SOURCE_FOLDER DRIVERS_LIBRARY FILE...
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

TOP, DRIVERS_LIBRARY, *FILES = (Path(argument) for argument in sys.argv[1:])


def names(folder):
    found = set()
    for path in (TOP / folder).rglob("*.[ch]pp"):
        found.update(re.findall(r"CRASH_POINT\((\w+)\);", path.read_text(encoding="utf-8")))
    return found


def strings(path):
    output = subprocess.run(["strings", "-a", "-n", "5", path], check=True, capture_output=True)
    return set(output.stdout.decode(errors="replace").splitlines())


def symbols(path):
    output = subprocess.run(["nm", "-C", path], check=False, capture_output=True, text=True)
    return output.stdout


class NoPointsInUse(unittest.TestCase):
    def test_the_drivers_library_has_them_all(self):
        self.assertEqual(names("shmheap") - strings(DRIVERS_LIBRARY), set())
        self.assertIn("crash_point_reached", symbols(DRIVERS_LIBRARY))

    def test_what_is_for_use_has_none(self):
        points = names("shmheap") | names("reaper") | names("launcher")
        self.assertTrue(FILES)
        for path in FILES:
            with self.subTest(path=path.name):
                self.assertEqual(points & strings(path), set())
                self.assertNotIn("crash_point", symbols(path))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
