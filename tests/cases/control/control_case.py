"""What the cases about the control socket share: an application, raw connections to it, and the
verbs of the program."""

import json
import os
import signal
import socket
import subprocess
import sys
import unittest

from harrier_case import PATIENCE_S, Harrier, World

APPLICATION = f"control-test-{os.getpid()}"
SLEEPS = "[sleep, '1000']"


def application(components):
    return f"name: {APPLICATION}\ncomponents:\n" + "".join(
        f"  {name}: {{command: {command}{more}}}\n" for name, command, more in components)


def sleepers(*names):
    return application((name, SLEEPS, "") for name in names)


class Connection:
    """A raw connection to the socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))  # waits while many others are before us
        self.socket.settimeout(PATIENCE_S)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def send(self, **request):
        self.socket.sendall(json.dumps({"version": 1, **request}).encode() + b"\n")

    def receive(self):
        return json.loads(self.lines.readline())

    def ask(self, **request):
        self.send(**request)
        return self.receive()

    def ask_status(self):
        """The components of all lines of one answer."""
        self.send(request="status")
        return self.receive_status()

    def receive_status(self):
        told = []
        while True:
            answer = self.receive()
            told += answer["components"]
            if "more" not in answer:
                return told

    def is_hung_up_on(self):
        """Reads to the end, which comes or the time-out does."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


def answer_one(listening, *lines):
    """Takes a client in, reads one request of his, sends the answer and hangs up."""
    client, _ = listening.accept()
    with client, client.makefile("rb") as requests:
        requests.readline()
        for line in lines:
            client.sendall(json.dumps({"version": 1, "ok": True, **line}).encode() + b"\n")


class Control(unittest.TestCase):
    harrier = None  # path of the program, from the command line

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.__exit__)
        self.socket = self.world.folder / "harrier" / APPLICATION / "control.sock"

    def start(self, text, *first_running):
        harrier = Harrier(self.harrier, self.world, "run", self.world.write("app.yaml", text))
        self.addCleanup(harrier.__exit__)
        for name in first_running:
            harrier.await_event("started", component=name)
        return harrier

    def pretend(self, play):
        """In the place of harrier, a process that does what `play` does with the listening socket,
        and ends."""
        self.socket.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
                    listening.settimeout(PATIENCE_S)
                    listening.bind(str(self.socket))
                    listening.listen()
                    os.write(writing, b"x")
                    play(listening)
            finally:
                os._exit(0)  # pylint: disable=W0212
        self.addCleanup(os.waitpid, child, 0)
        os.close(writing)
        with open(reading, "rb") as listens:
            self.assertEqual(listens.read(1), b"x")

    def verb(self, *arguments, status=0):
        result = subprocess.run([self.harrier, *map(str, arguments)], env=self.world.environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=6 * PATIENCE_S, check=False)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def connect(self):
        connection = Connection(self.socket)
        self.addCleanup(connection.__exit__)
        return connection

    def status(self):
        """By component's name, from the program."""
        answer = json.loads(self.verb("status", "-o", "json").stdout)
        return {component["name"]: component for component in answer["components"]}


def main():
    """The path of the program is the first argument."""
    Control.harrier = sys.argv.pop(1)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    unittest.main()
