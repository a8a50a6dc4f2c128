"""Asks bash, fish and zsh what a line that is typed, its last word unfinished, can become.

Scripts are named by their folder and the first program they are for: FOLDER/harrier stands for
FOLDER/harrier.bash, FOLDER/harrier.fish and FOLDER/_harrier. Each function gives the words that
the last one can become, as the program would receive them.
"""

import os
import pty
import re
import select
import shlex
import subprocess
import time

from harrier_case import PATIENCE_S


def environment_of(world, programs):
    environment = {**world.environment, "TERM": "dumb", "HOME": str(world.folder),
                   "PATH": f"{programs}:{os.environ['PATH']}"}
    environment.pop("LS_COLORS", None)
    return environment


def by_bash(scripts, line, environment):
    # As readline does, which leaves quotes where they are.
    words = re.findall(r"""=|(?:\\.|"[^"]*"|'[^']*'|[^ =\\"'])+""", line)
    words += [""] * line.endswith(" ")
    script = (f"source {scripts}.bash; COMP_WORDS=({shlex.join(words)}); "
              f"COMP_CWORD={len(words) - 1}; _{scripts.name}; "
              "for word in \"${COMPREPLY[@]}\"; do printf '%s\\n' \"$word\"; done")
    told = subprocess.run(["bash", "--norc", "-c", script], env=environment, check=True, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    before, equals, _ = line.split()[-1].rpartition("=")
    return [before + equals + shlex.split(word)[0] for word in told.stdout.splitlines()]


def by_fish(scripts, line, environment):
    told = subprocess.run(
        ["fish", "--no-config", "-c", f"source {scripts}.fish; complete -C '{line}'"],
        env=environment, check=True, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    return [candidate.split("\t")[0] for candidate in told.stdout.splitlines()]


def by_zsh(scripts, line, environment):
    """zsh completes at a terminal only: this one shows what has become of the line, and ends."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
    os.write(terminal, (
        f"fpath=({scripts.parent} $fpath); autoload -Uz compinit; compinit -u; unsetopt beep; "
        "PS1=; show() { print -r -- \"<${BUFFER}>\"; exit }; zle -N show; bindkey '^X' show; "
        "print -r -- rea''dy\n").encode())
    shown = re.compile(f"<({line.split()[0]}[^>]*)>")
    seen = ""
    is_asked = False
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not shown.search(seen):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 4096).decode(errors="replace")
            except OSError:
                break
        if not is_asked and re.search(r"^ready", seen, re.MULTILINE):
            os.write(terminal, f"{line}\t\x18".encode())
            is_asked = True
    os.close(terminal)
    os.waitpid(child, 0)
    found = shown.findall(seen)
    assert found, seen
    last = shlex.split(found[-1])[-1]
    return [] if last == line.split()[-1] else [last]
