"""A program that is held at its system calls, one after another, as a debugger does (ptrace(2))."""

import ctypes
import os
import signal
import subprocess

TRACE_ME, CONTINUE_TO_CALL, DETACH, SET_OPTIONS = 0, 24, 17, 0x4200
EXIT_KILL, TELL_CALLS = 0x100000, 1
CALL_STOP = signal.SIGTRAP | 0x80

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def ptrace(request, pid=0, data=0):
    if LIBC.ptrace(request, pid, None, data) == -1:
        raise OSError(ctypes.get_errno(), "ptrace")


def is_allowed():
    try:
        with Traced(["true"], dict(os.environ)):
            return True
    except subprocess.SubprocessError:
        return False


class Traced:
    """Held at its first system call, to begin with. Ends with this process at the latest."""

    def __init__(self, command, environment):
        self.status = None  # the exit status, or -signal, once it has ended
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=lambda: ptrace(TRACE_ME))
        self._await_stop()  # that of its exec
        ptrace(SET_OPTIONS, self._process.pid, EXIT_KILL | TELL_CALLS)
        self._run_to_stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self.finish(is_held=False)

    def run_to_call(self):
        """Goes on until it is about to make its next system call. False if it ended before."""
        is_end_of_call = self._run_to_stop()  # that of the call it was held at
        return is_end_of_call and self._run_to_stop()

    def has_open(self, path):
        """Whether it has opened a file or folder, while it is held."""
        folder = f"/proc/{self._process.pid}/fd"
        return any(os.readlink(f"{folder}/{number}") == str(path) for number in os.listdir(folder))

    def finish(self, is_held=True):
        """Lets it go, and waits for its end."""
        if self.status is None:
            if is_held:
                ptrace(DETACH, self._process.pid)
            while self.status is None:
                self._await_stop()

    def _run_to_stop(self):
        signal_number = 0
        while True:
            ptrace(CONTINUE_TO_CALL, self._process.pid, signal_number)
            signal_number = self._await_stop()
            if signal_number in (None, CALL_STOP):
                return signal_number is not None

    def _await_stop(self):
        """The signal that it stopped by, or None."""
        _, status = os.waitpid(self._process.pid, 0)
        if os.WIFSTOPPED(status):
            return os.WSTOPSIG(status)
        self.status = self._process.returncode = os.waitstatus_to_exitcode(status)
        return None
