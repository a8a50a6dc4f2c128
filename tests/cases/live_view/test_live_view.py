"""shminfo --watch as somebody sees it who sits at a terminal: in a tmux of its own.

    test_live_view.py SHMINFO TMUX [unittest arguments]      with tests/cases in PYTHONPATH
"""

import itertools
import os
import shlex
import signal
import subprocess
import sys
import unittest

from harrier_case import World, await_true, is_running

NUMBERS = itertools.count()
SHMINFO = TMUX = None  # from the command line


class Terminal:
    """A tmux server with one window, in which `command` runs by a shell that tells its status."""

    def __init__(self, world, command, width=110, height=20):
        self._tmux = [TMUX, "-f", "/dev/null", "-S", str(world.folder / f"tmux-{next(NUMBERS)}")]
        script = f"trap : INT; {shlex.join(command)}; echo ended with $?; cat"
        self._environment = {**world.environment, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        self._environment.pop("TMUX", None)
        self("new-session", "-d", "-x", str(width), "-y", str(height),
             f"sh -c {shlex.quote(script)}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self._tmux, "kill-server"], env=self._environment, check=False,
                       capture_output=True)

    def __call__(self, *arguments):
        return subprocess.run([*self._tmux, *arguments], env=self._environment, check=True,
                              text=True, capture_output=True).stdout

    def screen(self):
        return self("capture-pane", "-p")

    def press(self, *keys):
        self("send-keys", *keys)

    def await_text(self, *texts):
        await_true(lambda: all(text in self.screen() for text in texts))

    def program(self):
        """The pid of shminfo, below the shell."""
        shell = int(self("display-message", "-p", "#{pane_pid}"))
        found = []

        def has_child():
            with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as children:
                found[:] = [int(pid) for pid in children.read().split()]
            return bool(found)

        await_true(has_child)
        return found[0]


class LiveView(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())

    def put(self, name, size):
        (self.world.heaps / name).write_bytes(b"x" * size)

    def open(self, *arguments, **size):
        return self.enterContext(
            Terminal(self.world, [SHMINFO, "--watch", *arguments], **size))

    def test_shows_what_comes_and_goes_by_itself(self):
        terminal = self.open("0.1", "--all")
        terminal.await_text("every 0.1s", "nothing here", "q leave")
        self.put("blob", 3 << 20)
        terminal.await_text("blob", "3.0M", "other")
        (self.world.heaps / "blob").unlink()
        terminal.await_text("nothing here")

    def test_sorts_filters_and_pauses_by_keys(self):
        self.put("small", 1000)
        self.put("large", 1 << 20)
        terminal = self.open("0.1", "--all")
        terminal.await_text("small", "large")

        def order():
            screen = terminal.screen()
            return screen.index("large") < screen.index("small")

        await_true(order)  # by name
        terminal.press("r")
        await_true(lambda: not order())
        terminal.press("s")  # by size, reversed still
        terminal.await_text("size reversed")
        self.assertFalse(order())
        terminal.press("/", "arg", "Enter")
        await_true(lambda: "small" not in terminal.screen())
        self.assertIn("large", terminal.screen())
        terminal.press("/", "Escape")
        terminal.await_text("small", "large")
        terminal.press("p")
        terminal.await_text("paused")
        terminal.press("a")
        terminal.await_text("nothing here")

    def test_fits_itself_to_the_terminal(self):
        self.put("blob", 5)
        terminal = self.open("60", "--all")
        terminal.await_text("USER", "blob")
        terminal("resize-window", "-x", "40", "-y", "8")
        await_true(lambda: "USER" not in terminal.screen())
        terminal.await_text("STATE", "blob")
        terminal("resize-window", "-x", "1", "-y", "1")
        terminal("resize-window", "-x", "110", "-y", "20")
        terminal.await_text("USER", "blob", "q leave")

    def test_shows_the_end_of_a_filter_that_is_longer_than_the_line(self):
        terminal = self.open(width=20, height=8)
        terminal.await_text("NAME")
        terminal.press("/", "the-beginning-of-it-and-the-end")
        terminal.await_text("-it-and-the-end_")
        self.assertNotIn("beginning", terminal.screen())

    def test_shows_the_keys(self):
        terminal = self.open()
        terminal.await_text("every 2s")
        terminal.press("?")
        terminal.await_text("turn the order round")
        terminal.press("?")
        terminal.await_text("NAME")

    def test_leaves_the_terminal_as_it_was(self):
        for end in ("q", "C-c"):
            with Terminal(self.world, [SHMINFO, "--watch"]) as terminal:
                terminal.await_text("every 2s")
                terminal.press(end)
                terminal.await_text("ended with 0")
                self.assertNotIn("every 2s", terminal.screen())

    def test_ends_by_a_signal_and_with_its_terminal(self):
        terminal = self.open()
        terminal.await_text("every 2s")
        os.kill(terminal.program(), signal.SIGTERM)
        terminal.await_text("ended with 0")
        with Terminal(self.world, [SHMINFO, "--watch"]) as other:
            other.await_text("every 2s")
            pid = other.program()
        await_true(lambda: not is_running(pid))

    def test_says_that_the_directory_is_gone_and_sees_the_next(self):
        folder = self.world.heaps / "heaps"
        folder.mkdir()
        (folder / "blob").touch()
        terminal = self.open("0.1", "--all", "--dir", str(folder))
        terminal.await_text("blob")
        (folder / "blob").unlink()
        folder.rmdir()
        terminal.await_text("No such file or directory; what is shown is older")
        folder.mkdir()
        (folder / "another").touch()
        terminal.await_text("another")

    def test_refuses_what_is_no_interval(self):
        for text in ("0", "0.05", "3601", "nan", "inf", "-1", "2s", "soon"):
            told = subprocess.run([SHMINFO, f"--watch={text}"], env=self.world.environment,
                                  text=True, capture_output=True, check=False)
            self.assertEqual(told.returncode, 2, told.stderr)
            self.assertIn("from 0.1 to 3600", told.stderr)

    def test_says_that_the_screen_is_too_large(self):
        for size, told in (("COLUMNS=65000", "65000 columns and 20 lines"),
                           ("LINES=32768", "110 columns and 32768 lines")):
            with Terminal(self.world, ["env", size, SHMINFO, "--watch"]) as terminal:
                terminal.await_text(f"a screen of {told} is too large", "ended with 1")
                self.assertIn("unset COLUMNS", terminal.screen().replace("\n", ""))
                self.assertNotIn("TERM", terminal.screen())

    def test_says_that_it_needs_a_terminal(self):
        told = subprocess.run([SHMINFO, "--watch"], env=self.world.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual(told.returncode, 1)
        self.assertIn("must be a terminal", told.stderr)
        for kind in ("no-such-terminal", "dumb"):
            with Terminal(self.world, ["env", f"TERM={kind}", SHMINFO, "--watch"]) as terminal:
                terminal.await_text(f'of the kind "{kind}"; set TERM', "ended with 1")


if __name__ == "__main__":
    SHMINFO, TMUX = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
