#!/usr/bin/env python3
"""scripts/setup on a machine that we make up: dpkg-query, apt-get, id and sudo are small programs
in a folder of the test's own, which write down how they were called. Nothing is installed."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SETUP = Path(__file__).parents[2] / "scripts" / "setup"
TOOLS = ("awk", "bash", "comm", "env", "grep", "sort")


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            os.symlink(f"/usr/bin/{tool}", self.bin / tool)
        self.tool("apt-get", f'echo "apt-get $DEBIAN_FRONTEND $*" >> {self.calls}')
        self.tool("sudo", f'echo sudo >> {self.calls}; exec "$@"')
        self.services(may_start=False)
        self.user_id(0)
        self.packages()

    def tool(self, name, script):
        path = self.bin / name
        path.write_text(f"#!/usr/bin/bash\n{script}\n")
        path.chmod(0o755)

    def services(self, may_start):
        self.tool("policy-rc.d", f"exit {0 if may_start else 101}")

    def user_id(self, number):
        self.tool("id", f"echo {number}")

    def packages(self, *installed, removed=()):
        lines = [f"ii  {name}" for name in installed] + [f"rc  {name}" for name in removed]
        self.tool("dpkg-query", "printf '%s\\n' {}".format(" ".join(f"'{line}'" for line in lines)))

    def setup(self, *arguments):
        return subprocess.run([SETUP, *arguments], env={"PATH": str(self.bin)}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def apt_calls(self):
        return [line for line in self.calls.read_text().splitlines() if line.startswith("apt-get")]

    def everything(self, purpose):
        """Asks setup itself what a purpose needs, on a machine that has nothing."""
        self.setup(purpose)
        wanted = self.apt_calls()[-1].split("--no-remove ")[1].split()
        self.calls.write_text("")
        return wanted

    def test_a_fresh_machine_gets_what_the_purpose_needs(self):
        result = self.setup("run")
        self.assertEqual(result.returncode, 0, result.stderr)
        update, install = self.apt_calls()
        self.assertRegex(update, "^apt-get noninteractive .* update$")
        self.assertRegex(install, "^apt-get noninteractive .* install --yes "
                                  "--no-install-recommends --no-remove ")
        for package in ("cmake", "g++", "libboost1.81-dev", "libyaml-cpp-dev", "alsa-utils",
                        "python3-numpy"):
            self.assertIn(package, install.split())
        self.assertNotIn("doctest-dev", install)

    def test_without_an_argument_it_sets_up_for_running(self):
        self.assertEqual(self.setup().returncode, 0)
        self.assertNotIn("doctest-dev", self.apt_calls()[-1])

    def test_when_nothing_is_missing_it_is_silent_and_calls_no_one(self):
        for purpose in ("run", "test", "bench"):
            self.packages(*self.everything(purpose))
            self.user_id(1000)
            result = self.setup(purpose)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
            self.assertEqual(self.calls.read_text(), "")
            self.packages()

    def test_only_what_is_missing_is_installed(self):
        self.packages(*(name for name in self.everything("test") if name != "doctest-dev"),
                      removed=["doctest-dev"])
        self.assertEqual(self.setup("test").returncode, 0)
        self.assertTrue(self.apt_calls()[-1].endswith("--no-remove doctest-dev"))

    def test_a_package_that_would_start_a_service_is_left_out_and_said(self):
        self.assertIn("supervisor", self.everything("bench"))
        self.services(may_start=True)
        result = self.setup("bench")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("supervisord will be left out", result.stderr)
        install = self.apt_calls()[-1].split()
        self.assertNotIn("supervisor", install)
        self.assertIn("runit", install)

    def test_a_service_that_is_there_already_is_measured(self):
        wanted = self.everything("bench")
        self.packages(*wanted)
        self.services(may_start=True)
        result = self.setup("bench")
        self.assertEqual((result.returncode, result.stderr, self.calls.read_text()), (0, "", ""))

    def test_an_ordinary_user_goes_through_sudo(self):
        self.user_id(1000)
        self.assertEqual(self.setup("run").returncode, 0)
        self.assertEqual(self.calls.read_text().splitlines()[::2], ["sudo", "sudo"])

    def test_an_ordinary_user_without_sudo_is_told_what_to_install(self):
        self.user_id(1000)
        (self.bin / "sudo").unlink()
        result = self.setup("run")
        self.assertEqual(result.returncode, 1)
        self.assertIn("libboost1.81-dev", result.stderr)
        self.assertEqual(self.apt_calls(), [])

    def test_another_boost_is_named_with_the_remedy_and_left_alone(self):
        self.packages("libboost1.74-dev", "libboost1.74.0")
        result = self.setup("run")
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt-get remove libboost1.74-dev", result.stderr)
        self.assertEqual(self.apt_calls(), [])

    def test_the_run_time_part_of_another_boost_is_no_obstacle(self):
        self.packages("libboost-filesystem1.74.0")
        self.assertEqual(self.setup("run").returncode, 0)

    def test_a_failing_installation_is_a_failure(self):
        self.tool("apt-get", "exit 100")
        result = self.setup("run")
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not install", result.stderr)

    def test_a_system_without_apt_is_told_what_to_install(self):
        (self.bin / "dpkg-query").unlink()
        result = self.setup("run")
        self.assertEqual(result.returncode, 1)
        self.assertIn("Debian 12", result.stderr)
        self.assertIn("libboost1.81-dev", result.stderr)

    def test_wrong_usage_changes_nothing(self):
        for arguments in (["walk"], ["run", "test"], ["--help"]):
            self.assertEqual(self.setup(*arguments).returncode, 2)
        self.assertEqual(self.apt_calls(), [])


if __name__ == "__main__":
    unittest.main()
