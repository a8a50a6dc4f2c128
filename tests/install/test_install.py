#!/usr/bin/env python3
"""Installs a build into a temporary prefix, moves that elsewhere, and uses it from outside:

    test_install.py BUILD SOURCE PYTHON

A small project is built against it by CMake and once more by pkg-config, and run. The component
and the YAML file are the examples of README.md itself, so that what a newcomer copies works.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

OUTSIDE = Path(__file__).parent / "outside"
OUTSIDE_C = Path(__file__).parent / "outside_c"
BUILD, SOURCE, PYTHON = None, None, None


def readme_example(language):
    """The first block of that language in the README."""
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    return re.search(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE).group(1)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="harrier-install-")
        heaps = tempfile.TemporaryDirectory(prefix="harrier-install-", dir="/dev/shm")
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(heaps.cleanup)
        cls.folder = Path(folder.name)
        cls.heaps = Path(heaps.name)
        cls.environment = {**os.environ, "XDG_RUNTIME_DIR": folder.name, "SHMHEAP_DIR": heaps.name}
        cls.run_command("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        cls.prefix = cls.folder / "moved"
        (cls.folder / "first").rename(cls.prefix)
        cls.pkgconfig = next(cls.prefix.glob("lib*/**/shmheap.pc")).parent
        cls.library = cls.pkgconfig.parent

    @classmethod
    def run_command(cls, *command, **variables):
        """Its standard output; a failure is a failure of the test, with all the output."""
        result = subprocess.run([str(word) for word in command], cwd=cls.folder, text=True,
                                env={**cls.environment, **variables}, check=False, timeout=60,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise AssertionError(f"{command}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout

    def outside_sources(self, name):
        folder = self.folder / name
        shutil.copytree(OUTSIDE, folder)
        (folder / "ramp.cpp").write_text(readme_example("cpp"), encoding="utf-8")
        (folder / "ramp.yaml").write_text(readme_example("yaml"), encoding="utf-8")
        return folder

    def run_example(self, folder):
        """The README's application, by the installed harrier; then no heap is left."""
        output = self.run_command(self.prefix / "bin" / "harrier", "run", folder / "ramp.yaml",
                                  LD_LIBRARY_PATH=str(self.library))
        self.assertIn("100 buffers", output)
        self.assertEqual(os.listdir(self.heaps), [])

    def pkg_config(self, *options):
        return self.run_command("pkg-config", *options, "shmheap",
                                PKG_CONFIG_PATH=str(self.pkgconfig)).split()

    def test_the_readme_example_builds_with_cmake_and_runs(self):
        folder = self.outside_sources("cmake")
        self.run_command("cmake", "-G", "Ninja", "-S", folder, "-B", folder,
                         f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", folder)
        self.run_example(folder)
        (folder / "reader_static").replace(folder / "reader")
        self.run_example(folder)

    def test_the_readme_example_builds_with_pkg_config_and_runs(self):
        folder = self.outside_sources("pkg-config")
        flags = self.pkg_config("--cflags", "--libs")
        for program in ("ramp", "reader"):
            self.run_command("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror",
                             folder / f"{program}.cpp", "-o", folder / program, *flags)
        self.run_example(folder)

    def run_block(self, program):
        output = self.run_command(program, LD_LIBRARY_PATH=str(self.library))
        self.assertRegex(output, r"^heap-\d+\n$")
        self.assertEqual(os.listdir(self.heaps), [])

    def test_a_c_program_builds_with_cmake_and_runs(self):
        folder = self.folder / "c"
        self.run_command("cmake", "-G", "Ninja", "-S", OUTSIDE_C, "-B", folder,
                         f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_command("cmake", "--build", folder)
        self.run_block(folder / "block")

    def test_a_c_program_builds_with_pkg_config_and_runs(self):
        compile_block = ("gcc", "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror",
                         OUTSIDE_C / "block.c", "-o", self.folder / "block")
        self.run_command(*compile_block, *self.pkg_config("--cflags", "--libs"))
        self.run_block(self.folder / "block")
        archive = str(self.library / "libshmheap.a")
        libraries = [archive if word == "-lshmheap" else word
                     for word in self.pkg_config("--cflags", "--libs", "--static")]
        self.run_command(*compile_block, *libraries)
        self.run_block(self.folder / "block")

    def test_the_python_package_reads_what_the_readme_component_sends(self):
        folder = self.outside_sources("python")
        flags = self.pkg_config("--cflags", "--libs")
        self.run_command("g++", "-std=c++20", folder / "ramp.cpp", "-o", folder / "ramp", *flags)
        last_line = '    print(f"{samples_in.stats().shared} buffers")\n'  # still within the `with`
        (folder / "reader").write_text(f"#!{PYTHON}\n{readme_example('python')}{last_line}",
                                       encoding="utf-8")
        (folder / "reader").chmod(0o755)
        package = next(self.prefix.glob("lib/python3*/dist-packages"))
        self.environment["PYTHONPATH"] = str(package)
        self.addCleanup(self.environment.pop, "PYTHONPATH")
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"
        self.run_example(folder)

    def test_the_tools_run_from_where_they_were_moved_to(self):
        for program in ("harrier", "shminfo", "shmclean"):
            version = self.run_command(self.prefix / "bin" / program, "--version")
            self.assertRegex(version, r"\d+\.\d+")

    def test_the_manual_and_the_completions_are_where_shells_and_man_look(self):
        share = self.prefix / "share"
        for page in ("man1/harrier.1", "man5/harrier.yaml.5", "man1/shminfo.1", "man1/shmclean.1",
                     "man7/shmheap.7", "../bash-completion/completions/harrier",
                     "../zsh/site-functions/_harrier", "../fish/vendor_completions.d/harrier.fish",
                     "../bash-completion/completions/shminfo",
                     "../bash-completion/completions/shmclean", "../zsh/site-functions/_shminfo",
                     "../fish/vendor_completions.d/shminfo.fish",
                     "../fish/vendor_completions.d/shmclean.fish"):
            self.assertGreater((share / "man" / page).stat().st_size, 500, page)
        shown = self.run_command("man", "-M", share / "man", "harrier.yaml", MANPAGER="cat")
        self.assertIn("the description of an application", shown)

    def test_nothing_that_was_installed_names_the_folder_it_was_built_in(self):
        for path in self.library.glob("**/*"):
            if path.suffix in (".pc", ".cmake", ".py"):
                text = path.read_text(encoding="utf-8")
                self.assertNotIn(str(SOURCE), text, path)
                self.assertNotIn(str(self.folder), text, path)


if __name__ == "__main__":
    PYTHON = sys.argv.pop()
    SOURCE = Path(sys.argv.pop())
    BUILD = Path(sys.argv.pop())
    unittest.main()
