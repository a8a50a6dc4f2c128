"""A component that says how it is, in the words of sd_notify(3), without a library:

    notifier.py WORD...     what to do, one after the other
        say:TEXT    sends TEXT to NOTIFY_SOCKET, "\\n" in it being a newline
        child:TEXT  has a child send it, and waits for the child
        fd:N        writes to descriptor N
        print:TEXT  prints a line
        open:PATH   opens a FIFO for reading, and so waits for somebody who opens it for writing
        alive:N     sends WATCHDOG=1 N times, three in the time that the watchdog gives
        flood       sends datagrams as fast as they go, good and bad ones, until it is stopped
        exit:N      ends with status N
    and then waits to be stopped.
"""

import os
import signal
import socket
import sys
import time


def send(data):
    address = os.environ["NOTIFY_SOCKET"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(data, address)


def send_as_child(data):
    pid = os.fork()
    if pid == 0:
        # It stays until it is killed: who has sent something is looked up by his pid.
        send(data)
        signal.pause()
    return pid


def flood():
    good = b"WATCHDOG=1\nSTATUS=busy"
    words = [good, b"X" * 8000, b"\0\xff=\n" * 50, b"EXTEND_TIMEOUT_USEC=no", good]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        while True:
            for word in words:
                notify.send(word)


def main():
    for argument in sys.argv[1:]:
        word, _, value = argument.partition(":")
        data = value.replace("\\n", "\n").encode()
        if word == "say":
            send(data)
        elif word == "child":
            send_as_child(data)
        elif word == "fd":
            os.write(int(value), b"\n")
        elif word == "print":
            print(value, flush=True)
        elif word == "open":
            os.close(os.open(value, os.O_RDONLY))
        elif word == "alive":
            for _ in range(int(value)):
                time.sleep(int(os.environ["WATCHDOG_USEC"]) / 3e6)
                send(b"WATCHDOG=1")
        elif word == "flood":
            flood()
        elif word == "exit":
            sys.exit(int(value))
    signal.pause()


main()
