"""Captured logs as a user meets them: whatever a component prints, however fast, and whatever
happens to it, to harrier or to the disk meanwhile.

    test_logs.py HARRIER [unittest arguments]      with tests/cases in PYTHONPATH
"""

import gzip
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harrier_case import OWN_MOUNTS, Harrier, World, await_no_process, await_true

HARRIER = None  # path of the program, from the command line
APPLICATION = f"logs-test-{os.getpid()}"  # a run beside this one has its own
PYTHON = json.dumps(sys.executable)

# Numbered lines of 64 bytes, COUNT of them.
NUMBERED = "import sys; sys.stdout.writelines(b'%063d'.decode() % i + chr(10) for i in range({}))"


def component(name, script, logging, *keys):
    """A component that is a Python script."""
    lines = [f"  {name}:", f"    command: [{PYTHON}, -c, {json.dumps(script)}]",
             f"    logging: {{path: {name}.log, {logging}}}", *(f"    {key}" for key in keys)]
    return "\n".join(lines) + "\n"


def numbered(count):
    return b"".join(b"%063d\n" % i for i in range(count))


def content(path):
    """What the file holds; None where there is none, be it that it was renamed this moment."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


class Logs(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)
        self.addCleanup(lambda: self.assertEqual(await_no_process(APPLICATION), []))

    def start(self, *components):
        text = f"name: {APPLICATION}\ncomponents:\n" + "".join(components)
        harrier = Harrier(HARRIER, self.world, "run", self.world.write("app.yaml", text))
        self.addCleanup(harrier.__exit__)
        return harrier

    def fifo(self, name):
        path = self.world.folder / name
        os.mkfifo(path)
        return path

    def log(self, name="a"):
        return content(self.world.folder / f"{name}.log") or b""

    def all_files(self, name="a", folder=None):
        """What the log and its rotated files hold together, the oldest first."""
        folder = folder or self.world.folder
        pieces = [content(folder / f"{name}.log") or b""]
        for number in range(1, 1001):
            plain = content(folder / f"{name}.log.{number}")
            packed = content(folder / f"{name}.log.{number}.gz")
            self.assertFalse(plain is not None and packed is not None)
            if plain is not None:
                pieces.append(plain)
            elif packed is not None:
                pieces.append(gzip.decompress(packed))
            else:
                break
        self.assertFalse((folder / f"{name}.log.gz.tmp").exists())
        return pieces[::-1]

    def test_direct_is_the_file_itself_and_captured_a_pipe(self):
        script = "import os; [os.write(fd, os.readlink(f'/proc/self/fd/{fd}').encode() + b' ')" \
                 " for fd in (1, 2)]"
        for keys, modes in (("format: text", "direct"), ("mode: direct", "direct"),
                            ("mode: captured", "captured"), ("format: json", "captured")):
            self.assertEqual(self.start(component("a", script, keys)).finish(), 0)
            told = json.loads(self.log())["message"] if "json" in keys else self.log().decode()
            first, second = told.split()
            self.assertEqual(first, second)
            if modes == "direct":
                self.assertEqual(first, str(self.world.folder / "a.log"))
            else:
                self.assertTrue(first.startswith("pipe:"))
            (self.world.folder / "a.log").unlink()

    def test_the_path_is_expanded_and_its_folders_are_made(self):
        self.world.environment["SITE"] = "north"
        for mode in ("direct", "captured"):
            self.assertEqual(self.start(
                f"  {mode}:\n"
                f"    logging: {{mode: {mode}, path: \"${{SITE}}/${{LINE:-7}}/@NAME_BINDING@/"
                "${component.name}@@.log\"}\n"
                "    command: [sh, -c, echo said, sh, NAME_BINDING, fm_1]\n").finish(), 0)
            path = self.world.folder / "north" / "7" / "fm_1" / f"{mode}@.log"
            self.assertEqual(path.read_bytes(), b"said\n")

    def test_binary_long_and_unfinished_lines_pass_unharmed(self):
        script = ("import sys; out = sys.stdout.buffer; out.write(bytes(range(256)) * 100);"
                  "out.write(b'x' * 10_000_000 + b'\\n' + b'no end')")
        self.assertEqual(self.start(component("a", script, "mode: captured")).finish(), 0)
        self.assertEqual(self.log(), bytes(range(256)) * 100 + b"x" * 10_000_000 + b"\nno end")

    def test_json_gives_every_byte_back(self):
        said = bytes(range(256)) + b"\n" + "grün ∞\n".encode() + b"y" * 10_000_000 + b"\n\nno end"
        self.world.write("said", "")
        (self.world.folder / "said").write_bytes(said)
        script = "import sys; sys.stdout.buffer.write(open('said', 'rb').read())"
        self.assertEqual(self.start(component("a", script, "format: json")).finish(), 0)
        together = b""
        for line in self.log().splitlines():
            entry = json.loads(line)
            self.assertEqual(entry["component"], "a")
            self.assertRegex(entry["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
            together += entry["message"].encode(entry.get("encoding", "utf-8"))
            together += b"" if entry.get("partial") else b"\n"
        self.assertEqual(together, said)

    def test_rotation_under_flood_loses_and_tears_no_line(self):
        count = 100_000
        for compress in ("false", "true"):
            rotation = f"rotation: {{max_size: 64KiB, max_files: 1000, compress: {compress}}}"
            harrier = self.start(component(compress, NUMBERED.format(count), rotation))
            self.assertEqual(harrier.finish(), 0)
            pieces = self.all_files(compress)
            self.assertGreaterEqual(len(pieces), count * 64 // 65536)
            self.assertTrue(all(len(piece) % 64 == 0 for piece in pieces))
            self.assertEqual(b"".join(pieces), numbered(count))

    def test_what_was_rotated_is_compressed(self):
        go_on = self.fifo("go_on")
        script = NUMBERED.format(5000) + "; sys.stdout.flush(); open('go_on').read()"
        harrier = self.start(component("a", script, "rotation: {max_size: 300KiB, compress: true}"))
        packed = self.world.folder / "a.log.1.gz"
        await_true(lambda: packed.exists() and not (self.world.folder / "a.log.1").exists())
        go_on.write_text("")
        self.assertEqual(harrier.finish(), 0)
        self.assertEqual(b"".join(self.all_files()), numbered(5000))

    def test_a_flood_keeps_nobody_waiting(self):
        flood = "import os\nwhile True: os.write(1, b'f' * 63 + b'\\n')"
        answer = "for line in open('ask'): print(line, end='', flush=True)"
        ask = self.fifo("ask")
        harrier = self.start(
            component("flood", flood, "rotation: {max_size: 1MiB, max_files: 2}"),
            component("answer", answer, "mode: captured"))
        with open(ask, "w", encoding="ascii") as questions:
            await_true(lambda: (self.world.folder / "flood.log.2").exists())
            took_s = []
            for i in range(21):
                asked = time.monotonic()
                print(i, file=questions, flush=True)
                expected = "".join(f"{j}\n" for j in range(i + 1)).encode()
                await_true(lambda: self.log("answer") == expected)  # pylint: disable=W0640
                took_s.append(time.monotonic() - asked)
        # A turn of 256 KiB is the longest wait; the median leaves out what the machine does.
        self.assertLess(statistics.median(took_s), 0.25)
        harrier.await_event("exited", component="answer", status="0")
        harrier.process.terminate()
        self.assertEqual(harrier.finish(), 0)
        pieces = self.all_files("flood")
        self.assertEqual(len(pieces), 1 + 2)  # max_files
        self.assertTrue(all(piece.endswith(b"\n") for piece in pieces[:-1]))

    def test_the_pipe_survives_a_kill_of_the_component(self):
        go_on = self.fifo("go_on")
        script = ("import os; first = not os.path.exists('was'); open('was', 'w').close();"
                  "print('whole', flush=True); os.write(1, b'first' if first else b'second');"
                  "open('ready', 'w').close(); first and open('go_on').read()")
        for format_, expected in (("text", b"whole\nfirstwhole\nsecond"), ("json", None)):
            harrier = self.start(component(
                "a", script, f"mode: captured, format: {format_}",
                "restart: {policy: on-failure, delay: 0s}"))
            started = harrier.await_event("started")
            await_true((self.world.folder / "ready").exists)
            os.kill(int(started["pid"]), signal.SIGKILL)
            self.assertEqual(harrier.finish(), 0)
            if expected:
                self.assertEqual(self.log(), expected)
            else:
                entries = [json.loads(line) for line in self.log().splitlines()]
                self.assertEqual([(entry["message"], entry.get("partial")) for entry in entries],
                                 [("whole", None), ("first", True), ("whole", None),
                                  ("second", True)])
            for name in ("a.log", "ready", "was"):
                (self.world.folder / name).unlink()
        go_on.unlink()

    def start_on_full_disk(self, on_full):
        """harrier may write 1,000 bytes into a file; the component prints 100 lines, says so, and
        the others when `more` is opened."""
        self.fifo("begin")
        more = self.fifo("more")
        script = ("open('begin').read(); lines = [b'%063d\\n' % i for i in range(200)];"
                  "import os; [os.write(1, line) for line in lines[:100]];"
                  "open('done', 'w').close(); open('more').read();"
                  "[os.write(1, line) for line in lines[100:]]")
        harrier = self.start(component("a", script, f"on_full: {on_full}"))
        harrier.await_event("started")
        _, hard = resource.prlimit(harrier.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(harrier.process.pid, resource.RLIMIT_FSIZE, (1000, hard))
        (self.world.folder / "begin").write_text("")
        event = harrier.await_event("logging")
        await_true((self.world.folder / "done").exists)

        def recover():
            resource.prlimit(harrier.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            if on_full == "block":
                harrier.await_event("logging", state="recovered")
            more.write_text("")
        return harrier, event, recover

    def test_a_full_disk_blocks_and_loses_nothing(self):
        harrier, event, recover = self.start_on_full_disk("block")
        self.assertIn('state=blocked error="write log', event["text"])
        self.assertEqual(self.log(), numbered(100)[:1000])
        recover()
        self.assertEqual(harrier.finish(), 0)
        self.assertEqual(self.log(), numbered(200))
        said = [seen["state"] for seen in harrier.seen if seen.get("event") == "logging"]
        self.assertEqual(said, ["blocked", "recovered"])

    def test_a_full_disk_drops_whole_lines_and_counts_them(self):
        harrier, event, recover = self.start_on_full_disk("drop")
        self.assertIn("state=dropping", event["text"])
        recover()
        self.assertEqual(harrier.finish(), 0)
        lines = self.log().splitlines()
        self.assertEqual(lines[:15], numbered(15).splitlines())
        self.assertEqual(lines, sorted(set(lines)))
        self.assertTrue(all(len(line) == 63 for line in lines))
        said = [seen["text"] for seen in harrier.seen if seen.get("event") == "logging"]
        self.assertEqual(len(said), 2)
        self.assertRegex(said[1], "state=(recovered|lost) .*lost=")

    def test_a_real_disk_that_is_full_is_said_once_and_recovered_from(self):
        disk = self.world.folder / "disk"
        disk.mkdir()
        mount = f"mount -t tmpfs -o size=400k tmpfs {disk} && head -c 200000 /dev/zero >{disk}/rest"
        if subprocess.run([*OWN_MOUNTS, "sh", "-c", mount], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("may not mount a small disk")
        self.fifo("go_on")
        script = NUMBERED.format(4000) + "; sys.stdout.flush(); open('go_on').read()"
        for name, keys in (("plain", "mode: captured"),
                           ("rotated", "rotation: {max_size: 30KiB, max_files: 1000}")):
            app = self.world.write("app.yaml", f"name: {APPLICATION}\ncomponents:\n" + component(
                "a", script, keys).replace("path: a.log", "path: disk/a.log"))
            harrier = Harrier(*OWN_MOUNTS[:1], self.world, *OWN_MOUNTS[1:], "sh", "-c",
                              mount + ' && exec "$@"', "sh", HARRIER, "run", app)
            self.addCleanup(harrier.__exit__)
            event = harrier.await_event("logging")
            self.assertIn("state=blocked", event["text"])
            self.assertIn("No space left on device", event["text"])
            seen = Path(f"/proc/{harrier.process.pid}/root{disk}")
            written = b"".join(self.all_files(folder=seen))
            self.assertTrue(numbered(4000).startswith(written), name)
            self.assertLess(len(written), 4000 * 64)
            (seen / "rest").unlink()
            event = harrier.await_event("logging")
            self.assertIn("state=recovered", event["text"])
            self.assertIn("lost=0B", event["text"])
            await_true(lambda: b"".join(  # pylint: disable=W0640
                self.all_files(folder=seen)) == numbered(4000))
            (self.world.folder / "go_on").write_text("")
            self.assertEqual(harrier.finish(), 0)
            said = [event["state"] for event in harrier.seen if event.get("event") == "logging"]
            self.assertEqual(said, ["blocked", "recovered"])

    def test_a_killed_harrier_leaves_a_log_that_ends_with_a_line(self):
        flood = "import os, itertools\nfor i in itertools.count(): os.write(1, b'%063d\\n' % i)"
        harrier = self.start(component("a", flood, "mode: captured"))
        await_true(lambda: len(self.log()) > 1_000_000)
        harrier.kill()
        self.assertEqual(await_no_process(APPLICATION), [])
        log = self.log()
        self.assertEqual(len(log) % 64, 0)
        self.assertEqual(log, numbered(len(log) // 64))


if __name__ == "__main__":
    HARRIER = sys.argv.pop(1)
    unittest.main()
