#!/usr/bin/env python3
"""scripts/tidy on sources that we make up: what it finds in several at a time is what clang-tidy
finds in each."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).parents[2] / "scripts" / "tidy"
CLEAN = "int {name}_of(int value) {{\n    return value + 1;\n}}\n"
PRIVATE = "namespace {\nconstexpr int limit = 3;\n}\n"
FINDING = "const char* {name}_text() {{\n    return 0;\n}}\n"  # modernize-use-nullptr


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "reaper"  # .clang-tidy takes no others for ours
        self.folder.mkdir()
        self.entries = []

    def source(self, name, text, words=("-std=c++20",)):
        path = self.folder / f"{name}.cpp"
        path.write_text(text.format(name=name) if "{name}" in text else text)
        command = " ".join(["c++", *words, "-o", f"{name}.o", "-c", str(path)])
        self.entries.append({"directory": str(self.folder), "command": command, "file": str(path)})
        return str(path)

    def tidy(self, *sources):
        (self.folder / "compile_commands.json").write_text(json.dumps(self.entries))
        return subprocess.run([TIDY, self.folder, *sources], text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def assert_clean(self, *sources):
        done = self.tidy(*sources)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_what_is_clean_is_passed_over_in_silence(self):
        self.assert_clean(*(self.source(name, CLEAN) for name in "abc"))

    def test_a_finding_is_told_of_the_source_that_has_it(self):
        sources = [self.source(name, FINDING if name == "c" else CLEAN) for name in "abcde"]
        done = self.tidy(*sources)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"{self.folder}/c.cpp:2:12: error: use nullptr", done.stdout)
        self.assertEqual(done.stdout.count("error:"), 1, done.stdout)

    def test_sources_may_have_names_in_common_that_are_private(self):
        self.assert_clean(*(self.source(name, PRIVATE + CLEAN.format(name=name)) for name in "abc"))

    def test_sources_that_do_not_go_together_are_checked_apart(self):
        text = "static int half(int value) {\n    return value / 2;\n}\n"
        use = "int {name}_half() {{\n    return half(6);\n}}\n"
        self.assert_clean(*(self.source(name, text + use.format(name=name)) for name in "abc"))

    def test_sources_are_checked_as_they_are_compiled(self):
        text = "#ifdef SPECIAL\n" + FINDING.format(name="text") + "#endif\n"
        plain = self.source("plain", text)
        special = self.source("special", text, ("-std=c++20", "-DSPECIAL"))
        self.assert_clean(plain)
        self.assertIn("special.cpp:3:12: error: use nullptr", self.tidy(plain, special).stdout)

    def test_what_cannot_be_compiled_is_a_finding(self):
        self.assertIn("expected ';'", self.tidy(self.source("broken", "int broken\n")).stdout)

    def test_a_source_that_is_not_compiled_is_no_clean_one(self):
        self.source("compiled", CLEAN)
        done = self.tidy(str(self.folder / "unknown.cpp"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown.cpp", done.stdout)


if __name__ == "__main__":
    unittest.main()
