#!/usr/bin/env python3
"""Reads the project's own sources and reports where they break the rules of the house.

    source_rules.py [ROOT]          prints one line `path:line: what is wrong` for each breach

Exit status 0 when there is none, 1 when there is one, 2 when the sources could not be read. The
rules are functions of the sources alone, listed in RULES at the end; each has a test in
test_source_rules.py. Formatting is clang-format's concern and suspicious code clang-tidy's
(scripts/check); here stands what neither of them can know: which folder may use which, how long
things may grow, and what must be written down.

Function lengths and declarations come from universal-ctags, which reads C++ better than a pattern.
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path, PurePosixPath

FOLDERS = ("shmheap", "reaper", "launcher", "configs", "tests", "scripts", ".ci")
CODE = {".cpp", ".hpp", ".c", ".h"}
HEADERS = {".hpp", ".h"}
PUBLIC_HEADERS = "shmheap/include/shmheap/"
LINES_PER_FILE_MAX = 450
LINES_PER_FUNCTION_MAX = 50
COLUMNS_MAX = 100
EXCEPTIONS = "tests/source_rules/exceptions.txt"

# launcher → reaper → shmheap: what a folder may include of the project, and of which libraries.
ARROWS = {
    "shmheap": {"shmheap"},
    "reaper": {"reaper", "shmheap"},
    "launcher": {"launcher", "reaper", "shmheap"},
}
LIBRARIES = {
    "shmheap": ("tl/",),
    "reaper": ("tl/", "CLI/", "fmt/", "boost/json"),
    "launcher": ("tl/", "CLI/", "fmt/", "spdlog/", "yaml-cpp/", "boost/asio", "boost/beast",
                 "boost/filesystem", "boost/json", "boost/process", "boost/system"),
}
# Headers for users of a library, which nothing of their own folder includes.
LIBRARIES_OF_FILES = {"shmheap/include/shmheap/asio.hpp": ("boost/asio", "boost/system")}
THIRD_PARTY = ("tl/", "CLI/", "fmt/", "spdlog/", "yaml-cpp/", "boost/")
# Libraries that one file alone may include, so that they can be replaced there.
ONE_USER = ("yaml-cpp/", "boost/process")

# os ← layout ← heap, client ← stream ← port ← c_api: a file of shmheap includes its own rank and
# below. The first pattern that matches the path gives the rank.
RANKS = (
    (r"/(os/|result\.)", 0),
    (r"/(layout|heap_options)\.", 1),
    (r"/(file|lease|alloc)/", 2),
    (r"/stream(/|\.)", 4),
    (r"/port(/|\.)", 5),
    (r"/(c_api\w*|shmheap|asio)\.", 6),
    (r"", 3),
)


class Source:
    """One file: its path below the root, its text, and (for code) the text without comments and
    literals, in which every other character keeps its place."""

    def __init__(self, path, text):
        self.path = PurePosixPath(path)
        self.text = text
        self.lines = text.splitlines()
        self.is_code = self.path.suffix in CODE
        self.bare = without_comments_and_literals(text) if self.is_code else text
        self.folder = self.path.parts[0]

    def breach(self, position, what):
        return f"{self.path}:{self.text.count(chr(10), 0, position) + 1}: {what}"


def is_program(source):
    """Whether people write and read it as a program, unlike data and prose."""
    if "corpus" in source.path.parts:  # inputs of fuzz targets, which have no suffix either
        return False
    return (source.is_code or source.path.suffix in ("", ".py", ".cmake")
            or source.path.name == "CMakeLists.txt")


COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"([^()\\\s]{0,16})\(.*?\)\1"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\[^\n']+|\\'|[^'\\\n])'",
    re.DOTALL)


def without_comments_and_literals(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return COMMENT_OR_LITERAL.sub(blank, text)


def read_sources(root):
    sources = []
    for folder in FOLDERS:
        for directory, folders, names in os.walk(root / folder):
            folders[:] = sorted(name for name in folders if name not in ("build", "__pycache__"))
            for name in sorted(names):
                path = Path(directory, name)
                try:
                    text = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue  # recordings and heap files are no sources
                sources.append(Source(path.relative_to(root).as_posix(), text))
    return sources


def read_tags(root, sources):
    """Every function, prototype and type as ctags sees it, by path."""
    paths = [str(source.path) for source in sources if source.is_code]
    command = ["ctags", "-f", "-", "-L", "-", "--output-format=json", "--language-force=C++",
               "--kinds-C++=fpcsgu", "--fields=+neKaSZ",
               "-D", "static_assert(...)=", "-D", "TEST_CASE(name)=void test_case()",
               "-D", "TEST_CASE_TEMPLATE(name, type, ...)=void test_case()"]
    output = subprocess.run(command, input="\n".join(paths), cwd=root, check=True,
                            capture_output=True, text=True).stdout
    tags = defaultdict(list)
    for line in output.splitlines():
        tag = json.loads(line)
        if tag["_type"] == "tag":
            tags[tag["path"]].append(tag)
    return tags


def read_exceptions(sources):
    """`PATH LINES` and `PATH FUNCTION LINES` of what is longer than allowed, as {key: lines}."""
    exceptions = {}
    for source in sources:
        if str(source.path) == EXCEPTIONS:
            for line in source.lines:
                if line and not line.startswith("#"):
                    *key, lines = line.split()
                    exceptions[" ".join(key)] = int(lines)
    return exceptions


def files_and_functions_stay_short(sources, tags):
    """Nothing grows past its limit, and what once did may only shrink: a recorded length that is
    more than the true one must be lowered, one that is no longer needed removed."""
    lengths = {}
    for source in sources:
        if is_program(source):
            lengths[str(source.path)] = (1, len(source.lines), LINES_PER_FILE_MAX)
        for tag in tags[str(source.path)]:
            if tag["kind"] == "function":
                name = f"{source.path} {tag['name'].replace(' ', '')}"
                length = tag.get("end", tag["line"]) - tag["line"] + 1
                if length > lengths.get(name, (0, 0, 0))[1]:
                    lengths[name] = (tag["line"], length, LINES_PER_FUNCTION_MAX)
    exceptions = read_exceptions(sources)
    for key, (line, length, limit) in lengths.items():
        allowed = exceptions.pop(key, limit)
        path, *function = key.split(" ", 1)
        what = f"{function[0]}() has" if function else "the file has"
        if length > allowed:
            yield f"{path}:{line}: {what} {length} lines, {allowed} are allowed"
        elif allowed != limit and length < allowed:
            advice = f"lower it to {length}" if length > limit else "remove it"
            yield f"{EXCEPTIONS}:1: {key} is allowed {allowed} lines: {advice}"
    for key in exceptions:
        yield f"{EXCEPTIONS}:1: {key} does not exist: remove it"


def lines_fit_the_page(sources, _tags):
    """clang-format keeps most of C++ within the page; here is the rest."""
    for source in filter(is_program, sources):
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS_MAX:
                yield f"{source.path}:{number}: {len(line)} columns, {COLUMNS_MAX} are allowed"


INCLUDE = re.compile(r"^[ \t]*#[ \t]*include\b", re.MULTILINE)
INCLUDED = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes(source):
    """Position, quoted name and bracketed name of each #include; one of the names is None."""
    if source.is_code:
        for match in INCLUDE.finditer(source.bare):
            if included := INCLUDED.match(source.text, match.start()):
                yield match.start(), included.group(1), included.group(2)


def resolve(source, name, paths):
    """The file of the tree that an include means, or None."""
    roots = (source.path.parent, "", "shmheap/include", "shmheap/src", "tests")
    for root in roots:
        path = os.path.normpath(PurePosixPath(root, name))
        if path in paths:
            return PurePosixPath(path)
    return None


def rank(path):
    return next(rank for pattern, rank in RANKS if re.search(pattern, f"/{path}"))


def includes_point_right(sources, _tags):
    """Within the project the includes follow the arrows of the design."""
    paths = {str(source.path) for source in sources}
    for source in sources:
        allowed = ARROWS.get(source.folder)
        for position, quoted, bracketed in includes(source) if allowed else ():
            target = resolve(source, quoted or bracketed, paths)
            if target is None:
                if quoted:
                    yield source.breach(position, f'"{quoted}" is no file of the tree')
            elif target.parts[0] not in allowed:
                yield source.breach(position, f"{source.folder} may not include {target}")
            elif source.folder == "shmheap" and rank(target) > rank(source.path):
                yield source.breach(position, f"a lower layer may not include {target}")


def libraries_stay_in_their_folders(sources, _tags):
    """Each folder uses the libraries that the design gives it; some have one user only."""
    users = defaultdict(list)
    for source in sources:
        for position, quoted, bracketed in includes(source):
            name = quoted or bracketed
            for library in ONE_USER:
                if name.startswith(library):
                    users[library].append(source.breach(position, f"a second user of {library}"))
            if source.folder in LIBRARIES and name.startswith(THIRD_PARTY):
                own = LIBRARIES_OF_FILES.get(str(source.path), ())
                if not name.startswith(LIBRARIES[source.folder] + own):
                    yield source.breach(position, f"{source.folder} may not use <{name}>")
    for breaches in users.values():
        if len({breach.split(":")[0] for breach in breaches}) > 1:
            yield from breaches


def nothing_is_put_off(sources, _tags):
    """Marks of work put off belong where they are seen, not in the sources."""
    for source in sources:
        if "corpus" in source.path.parts:  # inputs of fuzz targets
            continue
        for match in re.finditer(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b", source.text):
            yield source.breach(match.start(), f"the mark {match.group()}")


def files_introduce_themselves(sources, _tags):
    """A file of code opens with a comment, unless its header does that for it; a C++ header has
    #pragma once and no `using namespace`."""
    headers = {source.path.stem for source in sources if source.path.suffix in HEADERS}
    for source in sources:
        if not source.is_code:
            continue
        introduced = source.path.suffix not in HEADERS and source.path.stem in headers
        if not introduced and not source.text.startswith(("//", "/*")):
            yield source.breach(0, "opens with no comment saying what it is")
        if source.path.suffix == ".hpp" and "#pragma once" not in source.bare:
            yield source.breach(0, "has no #pragma once")
        if source.path.suffix in HEADERS:
            for match in re.finditer(r"\busing\s+namespace\b", source.bare):
                yield source.breach(match.start(), "`using namespace` in a header")


# Destructors, assignments, comparisons, copy and move constructors, what is defaulted or deleted.
TYPES = {"class", "struct", "enum", "union"}
SPECIAL_NAME = re.compile(r"operator\s*(=|==|<=>)$|~")
SPECIAL_LINE = re.compile(r"\s*(explicit\s+)?(\w+)\((const\s+)?\2\s*&|.*=\s*(default|delete)\s*;")


def public_functions_are_documented(sources, tags):
    """Each function that a component can call has a comment, before it or behind it. Functions
    that follow one another without a blank line may share one; copying and moving need none."""
    for source in sources:
        if not str(source.path).startswith(PUBLIC_HEADERS):
            continue
        documented_end = 0  # last line of the documented function before
        for tag in sorted(tags[str(source.path)], key=lambda tag: tag["line"]):
            last = tag.get("end", tag["line"])
            if (tag["kind"] in TYPES or is_hidden(tag) or SPECIAL_NAME.match(tag["name"])
                    or SPECIAL_LINE.match(source.lines[last - 1])):
                continue
            first = first_line_of_declaration(source, tag["line"])
            if documented_end == first - 1 or has_comment(source, first, last):
                documented_end = last
            else:
                yield f"{source.path}:{tag['line']}: {tag['name']}() is not documented"


def is_hidden(tag):
    scope = tag.get("scope", "")
    return (tag.get("access") in ("private", "protected") or tag.get("scopeKind") == "function"
            or tag["name"] in ("offsetof", "sizeof")  # ctags takes a static_assert for a function
            or re.search(r"\bdetail\b|__anon", scope) or tag["name"].startswith("__anon"))


def first_line_of_declaration(source, line):
    """Goes up from the line of the name, over `template <...>` and the like."""
    bare = source.bare.splitlines()
    while line > 1 and bare[line - 2].strip() and not bare[line - 2].rstrip().endswith(
            (";", "{", "}", ":")):
        line -= 1
    return line


def types_are_defined_once(sources, tags):
    """Two types of one name in one namespace are one type to the linker, which then takes the
    destructor of either for both."""
    seen = {}
    for source in filter(lambda source: source.is_code, sources):
        for tag in tags[str(source.path)]:
            scope = tag.get("scope", "")
            # ctags takes the variable of `struct stat status {}` for a type.
            if (tag["kind"] not in TYPES or tag["name"].startswith("__anon") or "__anon" in scope
                    or tag.get("scopeKind") == "function"
                    or not re.search(rf"\b(struct|class|enum|union)\s+{tag['name']}\b",
                                     source.lines[tag["line"] - 1])):
                continue
            name = f"{scope}::{tag['name']}" if scope else tag["name"]
            first = seen.setdefault(name, source.path)
            if first != source.path:
                yield f"{source.path}:{tag['line']}: {name} is defined in {first}, too"


def has_comment(source, first, last):
    return ("///<" in source.lines[last - 1] or "/*" in source.lines[last - 1]
            or first > 1 and source.lines[first - 2].strip().startswith(("//", "/*", "*")))


def awaits_have_no_braces(sources, _tags):
    """GCC 12 miscompiles aggregate and braced temporaries inside a co_await expression."""
    for source in sources:
        if source.is_code:
            for match in re.finditer(r"\bco_await\b", source.bare):
                if has_braced_temporary(source.bare, match.end()):
                    yield source.breach(match.start(), "a braced temporary within co_await: "
                                                       "name the local first")


def has_braced_temporary(text, position):
    """Whether a brace that opens an initialiser stands before the end of the expression."""
    depth = 0
    previous = ""
    while position < len(text):
        character = text[position]
        if character == ";" and depth == 0:
            return False
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth < 0:
                return False
        elif character == "{":
            # After a parameter or capture list it is the body of a lambda, or of an if or a loop.
            return previous not in ")]"
        if not character.isspace():
            previous = character
        position += 1
    return False


RULES = (
    files_and_functions_stay_short,
    lines_fit_the_page,
    includes_point_right,
    libraries_stay_in_their_folders,
    nothing_is_put_off,
    files_introduce_themselves,
    public_functions_are_documented,
    types_are_defined_once,
    awaits_have_no_braces,
)


def breaches(root):
    sources = read_sources(root)
    tags = read_tags(root, sources)
    return [breach for rule in RULES for breach in rule(sources, tags)]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    try:
        found = breaches(root)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        print(f"source_rules: {error}", file=sys.stderr)
        return 2
    for breach in found:
        print(breach)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
