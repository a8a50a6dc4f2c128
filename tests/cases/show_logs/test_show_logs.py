"""`harrier logs`: the last lines of components and those to come, wherever they are.

    test_show_logs.py HARRIER [unittest arguments]    with tests/cases and its control in PYTHONPATH
"""

import gzip
import json
import os
import select
import signal
import subprocess
import sys

from control_case import APPLICATION, Control, main
from harrier_case import PATIENCE_S, await_true

PYTHON = json.dumps(sys.executable)
# Says how far it is, and prints what it reads from the FIFO of its name, until that says so.
ECHO = "print('begun', flush=True)\nfor line in open({!r}): print(line, end='', flush=True)"
NUMBERED = "import sys; sys.stdout.writelines(b'%063d'.decode() % i + chr(10) for i in range({}))"


def numbered(begin, end):
    return "".join(f"{i:063d}\n" for i in range(begin, end))


def component(name, script, *keys):
    return "\n".join([f"  {name}:", f"    command: [{PYTHON}, -c, {json.dumps(script)}]",
                      *(f"    {key}" for key in keys)]) + "\n"


class ShowLogs(Control):
    def start_components(self, *components):
        return self.start(f"name: {APPLICATION}\ncomponents:\n" + "".join(components))

    def fifo(self, name):
        path = self.world.folder / name
        os.mkfifo(path)
        return path

    def echo(self, name, *keys):
        return component(name, ECHO.format(str(self.fifo(name))), *keys)

    def follow(self, *arguments):
        """A follower, and its stdout by lines."""
        process = subprocess.Popen(  # pylint: disable=R1732
            [self.harrier, "logs", "-f", *arguments], env=self.world.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def end():
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()
        self.addCleanup(end)
        return process

    def finish(self, follower, status=0):
        """What it still says on both streams, when harrier has ended."""
        out, err = follower.communicate(timeout=PATIENCE_S)
        self.assertEqual(follower.returncode, status, err)
        return out, err

    def ends(self, harrier, name):
        harrier.await_event("exited", component=name)

    def test_the_last_lines_that_were_kept(self):
        harrier = self.start_components(
            component("a", "for i in range(30): print(i)"), self.echo("b"))
        self.ends(harrier, "a")
        self.assertEqual(self.verb("logs", "a").stdout, "".join(f"{i}\n" for i in range(20, 30)))
        self.assertEqual(self.verb("logs", "-n", 2, "a").stdout, "28\n29\n")
        self.assertEqual(self.verb("logs", "-n", 0, "a").stdout, "")
        self.assertEqual(len(self.verb("logs", "-n", 1000, "a").stdout.split()), 30)
        await_true(lambda: "begun" in self.verb("logs", "b").stdout)
        self.assertEqual(self.verb("logs", "-n", 1).stdout, "a  | 29\nb  | begun\n")

    def test_what_cannot_be_shown(self):
        self.verb("logs", status=3)
        self.start_components(self.echo("filter")).await_event("started")
        self.assertIn('did you mean "filter"', self.verb("logs", "fliter", status=1).stderr)
        self.verb("logs", "-n", "x", "filter", status=2)

    def test_a_follower_sees_what_comes_and_the_last_words(self):
        last = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: " \
               "(print('last', flush=True), sys.exit(0)))\n"
        harrier = self.start_components(component("a", last + ECHO.format(str(self.fifo("a")))))
        harrier.await_event("started")
        follower = self.follow("a")
        self.assertEqual(follower.stdout.readline(), "begun\n")
        with open(self.world.folder / "a", "w", encoding="ascii") as lines:
            for i in range(5):
                print(i, file=lines, flush=True)
                self.assertEqual(follower.stdout.readline(), f"{i}\n")
            self.verb("down")
            self.assertEqual(self.finish(follower), ("last\n", ""))

    def test_a_follower_of_several_sees_names_and_new_lines_alone_if_he_wants(self):
        harrier = self.start_components(
            self.echo("a"), self.echo("file", "logging: {path: deep/file.log}"))
        harrier.await_event("started", component="file")
        follower = self.follow()
        with open(self.world.folder / "a", "w", encoding="ascii") as a, \
                open(self.world.folder / "file", "w", encoding="ascii") as file:
            self.assertEqual({follower.stdout.readline() for _ in range(2)},
                             {"a     | begun\n", "file  | begun\n"})
            print("one", file=a, flush=True)
            self.assertEqual(follower.stdout.readline(), "a     | one\n")
            print("two", file=file, flush=True)
            self.assertEqual(follower.stdout.readline(), "file  | two\n")
            new = self.follow("-n", "0", "file", "a")

            def is_heard():  # nothing tells that it has begun to listen
                print("three", file=a, flush=True)
                return select.select([new.stdout], [], [], 0.01)[0]
            await_true(is_heard)
        self.assertEqual(harrier.finish(), 0)  # they have nothing to read any more
        self.assertEqual(set(self.finish(new)[0].splitlines()), {"a     | three"})

    def test_the_last_lines_of_files_that_were_rotated(self):
        for compress in ("false", "true"):
            name = f"c-{compress}"
            harrier = self.start_components(component(
                name, NUMBERED.format(5000) + "; sys.stdout.write('open')",
                f"logging: {{path: {name}.log, rotation: {{max_size: 30KiB, max_files: 100, "
                f"compress: {compress}}}}}"), self.echo(f"wait-{compress}"))
            self.ends(harrier, name)
            log = self.world.folder / f"{name}.log"
            await_true(lambda: log.exists()  # pylint: disable=W0640
                       and log.read_text().endswith("open"))  # pylint: disable=W0640
            for count in (10, 1000, 4999, 5000, 10_000):
                shown = self.verb("logs", "-n", count, name).stdout
                self.assertEqual(shown, numbered(max(0, 5000 - count), 5000) + "open")
            self.verb("down")
            self.assertEqual(harrier.finish(), 0)
        self.assertTrue(list(self.world.folder.glob("c-true.log.*.gz")))

    def test_a_follower_misses_no_line_over_rotations(self):
        count = 60_000
        for compress in ("false", "true"):
            name = f"c-{compress}"
            go_on = self.fifo(f"go-{compress}")
            script = f"open({str(go_on)!r}).read();" + NUMBERED.format(count)
            harrier = self.start_components(component(
                name, script, f"logging: {{path: {name}.log, format: text, rotation: {{"
                f"max_size: 64KiB, max_files: 1000, compress: {compress}}}}}"))
            harrier.await_event("started")
            follower = self.follow("-n", "1000000", name)
            go_on.write_text("")
            self.assertEqual(harrier.finish(), 0)
            out, err = self.finish(follower)
            self.assertEqual((out == numbered(0, count), err), (True, ""), len(out))

    def test_a_follower_goes_over_to_the_file_that_takes_the_name(self):
        harrier = self.start_components(self.echo("a", "logging: {path: a.log, mode: captured}"))
        harrier.await_event("started")
        follower = self.follow("a")
        log = self.world.folder / "a.log"
        with open(self.world.folder / "a", "w", encoding="ascii") as lines:
            self.assertEqual(follower.stdout.readline(), "begun\n")
            for i in range(10):
                if i % 2 == 0:
                    log.rename(self.world.folder / f"taken-{i}")
                else:
                    os.truncate(log, 0)
                print(i, file=lines, flush=True)
                self.assertEqual(follower.stdout.readline(), f"{i}\n")
        self.assertEqual(harrier.finish(), 0)
        self.assertEqual(self.finish(follower), ("", ""))

    def test_a_log_of_json_is_shown_as_it_is(self):
        harrier = self.start_components(
            component("a", "print('grün')", "logging: {path: a.log, format: json}"), self.echo("b"))
        self.ends(harrier, "a")
        log = self.world.folder / "a.log"
        await_true(lambda: log.exists() and log.read_bytes().endswith(b"\n"))
        self.assertEqual(self.verb("logs", "a").stdout, log.read_text(encoding="utf-8"))

    def test_who_does_not_read_is_told_what_he_missed_and_holds_up_nobody(self):
        go_on = self.fifo("go")
        script = f"open({str(go_on)!r}).read();" + NUMBERED.format(100_000) + ";print('last')"
        harrier = self.start_components(component("flood", script), self.echo("b"))
        harrier.await_event("started", component="flood")
        connection = self.connect()
        answer = connection.ask(request="logs", components=["flood"], follow=True)
        self.assertEqual(answer["logs"], [{"name": "flood", "mode": "kept", "lines": []}])
        self.assertEqual(answer["more"], True)
        self.assertEqual(connection.receive()["logs"], [])
        go_on.write_text("")
        self.ends(harrier, "flood")
        self.assertEqual(self.status()["flood"]["state"], "completed")
        shown, skipped, last = 0, 0, ""
        while last != "last":
            message = connection.receive()
            shown += len(message["lines"])
            skipped += message.get("skipped", 0)
            last = message["lines"][-1]
        self.assertEqual(shown + skipped, 100_001)
        self.assertGreater(skipped, 0)

    def test_the_end_of_a_killed_harrier_is_told(self):
        harrier = self.start_components(self.echo("a"))
        harrier.await_event("started")
        follower = self.follow("a")
        self.assertEqual(follower.stdout.readline(), "begun\n")
        harrier.process.send_signal(signal.SIGKILL)
        harrier.process.wait()
        _, err = self.finish(follower, status=1)
        self.assertIn("last lines may be missing", err)

    def test_a_compressed_file_that_is_broken_is_told(self):
        harrier = self.start_components(
            self.echo("a", "logging: {path: a.log, rotation: {compress: true}}"))
        harrier.await_event("started")
        await_true((self.world.folder / "a.log").exists)
        whole = gzip.compress(b"x\n" * 100_000)
        (self.world.folder / "a.log.1.gz").write_bytes(whole[:len(whole) // 2])
        self.assertIn("a: read compressed log", self.verb("logs", "a", status=1).stderr)


if __name__ == "__main__":
    main()
