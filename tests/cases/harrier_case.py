"""What the whole-program cases share: a world of their own (shared memory directory and run
directory), harrier as a child of the test, and its events as they come."""

import json
import os
import random
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 20.0

# A mount namespace of one's own, as root or with a user namespace of one's own.
OWN_MOUNTS = ["unshare", "--mount"] if os.geteuid() == 0 else [
    "unshare", "--user", "--map-root-user", "--mount"]


def rounds(full):
    """HARRIER_ROUNDS_PERCENT of `full`, at least one (tests/README.md)."""
    return max(1, full * int(os.environ.get("HARRIER_ROUNDS_PERCENT", "100")) // 100)


def seeded_random():
    """A generator whose seed is printed, so that a failure can be tried again."""
    seed = int(os.environ.get("HARRIER_SEED", time.time_ns() % 1_000_000_007))
    print(f"HARRIER_SEED={seed}", flush=True)
    return random.Random(seed)


class World:
    """A shared memory directory and a run directory that nobody else uses; removed at the end."""

    def __init__(self):
        self._heaps = tempfile.TemporaryDirectory(prefix="harrier-case-", dir="/dev/shm")
        self._folder = tempfile.TemporaryDirectory(prefix="harrier-case-")
        self.heaps = Path(self._heaps.name)
        self.folder = Path(self._folder.name)
        self.environment = {**os.environ, "SHMHEAP_DIR": str(self.heaps),
                            "XDG_RUNTIME_DIR": str(self.folder)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._heaps.cleanup()
        self._folder.cleanup()

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def heap_names(self):
        return sorted(path.name for path in self.heaps.iterdir())


class Harrier:
    """A running harrier. Its events are dictionaries with the keys of the line; `text` is all of
    it. Ends the process it started, and only that, when the test leaves the block."""

    def __init__(self, program, world, *arguments, stdout=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            [str(program), *map(str, arguments)], env=world.environment,
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
        self._rest = b""
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process.stderr.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def events(self, timeout_s=PATIENCE_S):
        """Yields events as they come, until standard error ends. TimeoutError when none comes."""
        while True:
            while b"\n" in self._rest:
                line, self._rest = self._rest.split(b"\n", 1)
                event = parse_event(line.decode(errors="replace"))
                self.seen.append(event)
                yield event
            ready, _, _ = select.select([self.process.stderr], [], [], timeout_s)
            if not ready:
                raise TimeoutError(f"no event in {timeout_s} s, after {self.seen[-5:]}")
            data = os.read(self.process.stderr.fileno(), 65536)
            if not data:
                return
            self._rest += data

    def await_event(self, kind, **wanted):
        for event in self.events():
            if event.get("event") == kind and wanted.items() <= event.items():
                return event
        raise AssertionError(f"ended without event={kind} {wanted}: {self.seen[-10:]}")

    def finish(self):
        """Reads to the end; the exit status."""
        for _ in self.events():
            pass
        return self.process.wait(PATIENCE_S)


def parse_event(line):
    event = {"text": line}
    for word in line.split():
        key, equals, value = word.partition("=")
        if equals:
            event.setdefault(key, value)
    return event


def is_running(pid):
    """Whether the process exists and is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def shared_memory(shminfo, world):
    """What shminfo says of each file, connections included, by its name."""
    said = subprocess.run([str(shminfo), "--connections", "--json"], env=world.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    return {file["name"]: file for file in json.loads(said)["files"]}


def await_true(claim, patience_s=PATIENCE_S):
    """For what no event tells of, hence the short pauses; AssertionError when it takes too long."""
    deadline = time.monotonic() + patience_s
    while not claim():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience_s} s: {claim}")
        time.sleep(0.005)


def tagged_processes(application, world=None):
    """Running processes of this user whose environment names the application in SHMHEAP_TAG, and if
    a world is given, a run directory there: others may run an application of that name, too."""
    wanted = [f"SHMHEAP_TAG={application}/".encode()]
    if world is not None:
        wanted.append(f"HARRIER_RUN_DIR={world.folder}/".encode())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        tagged = all(any(variable.startswith(each) for variable in variables) for each in wanted)
        if tagged and is_running(int(entry.name)):
            found.append(int(entry.name))
    return found


def await_no_process(application, world=None):
    """The processes that are left after PATIENCE_S: none, if all is well. There is no event for
    the end of a process that is not our child, hence the short pauses."""
    deadline = time.monotonic() + PATIENCE_S
    while (left := tagged_processes(application, world)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return left
