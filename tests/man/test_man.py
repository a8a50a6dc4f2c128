"""The manual pages: well formed, and telling of everything that there is.

    test_man.py BIN_DIRECTORY SOURCE_DIRECTORY [unittest arguments]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BIN = SOURCE = None  # from the command line
PAGES = ("launcher/man/harrier.1", "launcher/man/harrier.yaml.5", "reaper/man/shminfo.1",
         "reaper/man/shmclean.1", "shmheap/man/shmheap.7")


def run(*command):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200"})


def read(page):
    return run("man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page)


def words(page):
    """What the page says, without its marks."""
    text = (SOURCE / page).read_text(encoding="utf-8").replace("\\-", "-").replace("\\c", "")
    return set(re.findall(r"[A-Za-z_-][A-Za-z0-9_-]*", text))


def options_of(program, *verb):
    """The long and short options in the help of a program or of a verb."""
    shown = run(BIN / program, *verb, "--help")
    assert shown.returncode == 0, shown.stderr
    found = set()
    for line in shown.stdout.splitlines():
        if re.match(r"\s+-", line):
            found.update(re.findall(r"(?:^|[\s,])(--?[A-Za-z][a-z-]*)", line.split("  ")[1]))
    return found


def verbs():
    told = run(BIN / "harrier", "--help").stdout
    found = re.findall(r"^  ([a-z]+) ", told[told.index("Subcommands:"):], re.MULTILINE)
    assert "run" in found, told
    return found


class Pages(unittest.TestCase):
    def test_every_page_is_read_without_a_warning(self):
        for page in PAGES:
            shown = read(SOURCE / page)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), page)
            self.assertGreater(len(shown.stdout), 2000, page)

    def test_a_warning_would_be_seen(self):
        with tempfile.NamedTemporaryFile("w", suffix=".1") as page:
            page.write(".TH A 1\n.SH NAME\na \\- b\n.NO_SUCH_MACRO\n")
            page.flush()
            self.assertIn("NO_SUCH_MACRO", read(page.name).stderr)

    def test_every_verb_and_option_of_harrier_is_told(self):
        said = words("launcher/man/harrier.1")
        self.assertEqual(options_of("harrier") - said, set())
        for verb in verbs():
            self.assertIn(verb, said)
            self.assertEqual(options_of("harrier", verb) - said, set(), verb)

    def test_every_option_of_the_tools_is_told(self):
        for tool in ("shminfo", "shmclean"):
            self.assertGreater(len(options_of(tool)), 4)
            self.assertEqual(options_of(tool) - words(f"reaper/man/{tool}.1"), set())

    def test_all_that_a_condition_consists_of_is_told(self):
        grammar = (SOURCE / "reaper/check_expression.hpp").read_text(encoding="utf-8")
        terms = set(re.findall(r'"([^"\s]+)"', grammar[:grammar.index("#pragma")])) - {"."}
        self.assertGreater(len(terms), 35)
        page = (SOURCE / "reaper/man/shminfo.1").read_text(encoding="utf-8")
        said = re.sub(r"\\f.", "", page.replace("\\-", "-"))
        said = set(re.split(r'[\s(),;"]+', said[said.index("CONDITION\""):]))
        self.assertEqual(terms - said, set())

    def test_every_key_of_the_document_of_shminfo_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            told = run(BIN / "shminfo", "--json", "--deleted", "--dir", folder)
            self.assertEqual(told.returncode, 0, told.stderr)
            keys = set(json.loads(told.stdout))
        self.assertGreater(len(keys), 7)
        page = (SOURCE / "reaper/man/shminfo.1").read_text(encoding="utf-8")
        section = page[page.index(".SH JSON"):]
        self.assertEqual(keys - set(re.findall(r"[a-z_]+", section)), set())
        self.assertIn("oldest_lease_age_ns", section)

    def test_the_interval_of_the_live_view_is_told_as_in_the_help(self):
        form = "--watch [SECONDS]"
        self.assertIn(form, run(BIN / "shminfo", "--help").stdout)
        shown = run("man", "-l", "-Tascii", SOURCE / "reaper/man/shminfo.1").stdout
        self.assertEqual(re.sub(r".\x08|\x1b\[[0-9;]*m", "", shown).count(form), 2)

    def test_every_key_of_the_description_is_told(self):
        schema = json.loads((SOURCE / "configs/harrier.schema.json").read_text(encoding="utf-8"))
        keys = set()
        for part in [schema, *schema["$defs"].values()]:
            keys.update(part.get("properties", {}))
        self.assertGreater(len(keys), 30)
        self.assertEqual(keys - words("launcher/man/harrier.yaml.5"), set())

    def test_every_function_and_variable_of_shmheap_is_told(self):
        header = (SOURCE / "shmheap/include/shmheap/shmheap.h").read_text(encoding="utf-8")
        functions = set(re.findall(r"^[a-z].*?(shmheap_[a-z_]+)\(", header, re.MULTILINE))
        variables = set()
        for path in (SOURCE / "shmheap/src").rglob("*.cpp"):
            variables.update(re.findall(r'"(SHMHEAP(?:_[A-Z_]+)?)"',
                                        path.read_text(encoding="utf-8")))
        self.assertGreater(len(functions), 12)
        self.assertGreater(len(variables), 8)
        self.assertEqual((functions | variables) - words("shmheap/man/shmheap.7"), set())


if __name__ == "__main__":
    BIN, SOURCE = Path(sys.argv.pop(1)), Path(sys.argv.pop(1))
    unittest.main()
