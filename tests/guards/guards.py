#!/usr/bin/env python3
"""The rules of the tree that no compiler checks: who may include whom, what engine/ may not touch, how long things get,
unfinished work, tests that docs/ promises, format, clang-tidy. Every check takes (path, text) and yields complaints, so
that guards_test.py can feed it a bad file."""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("cli", "parser", "engine", "kernel", "tests", "samples")

# ---- What a line really says ---------------------------------------------------------------------------------------

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<raw>[^(\s]*)\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def without_comments(text, keep_strings=True):
    """Comments become blanks (line numbers stay); strings too unless kept."""

    def blank(match):
        token = match.group(0)
        if keep_strings and token[0] != "/":
            return token
        return re.sub(r"[^\n]", " ", token)

    # A digit separator (10'000) is no character literal.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", " ", text)
    return TOKEN.sub(blank, text)


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(2), match.group(1) == "<"


# ---- Include directions --------------------------------------------------------------------------------------------

PLAIN_DATA = {"access", "address", "algorithms", "bytes", "cause", "config", "event", "evidence", "flat_map", "ids", "name", "notify_type", "pki", "random", "result", "secret", "signatures", "traffic_selector", "view", "x500"}
MAY_INCLUDE = {
    "engine": {"engine"},
    "parser": {"engine", "parser"},
    "kernel": {"engine", "kernel"},
    "cli": {"engine", "parser", "kernel", "cli"},
}
LIBRARIES = [
    ("Boost", r"boost/", r"parser/"),
    ("OpenSSL", r"openssl/", r"engine/crypto/|kernel/(esp_cipher|packet_mac)\."),
    ("libnl", r"netlink/", r"kernel/"),
    ("libnftables", r"nftables/", r"kernel/"),
    ("SQLite", r"sqlite3", r"parser/database(_sqlite)?\.[ch]pp"),
    ("readline", r"readline/", r"cli/"),
]


def engine_floor(path):
    """0: plain data, 2: wire and crypto, 3: what decides. Only for paths in engine/."""
    parts = pathlib.PurePosixPath(path).parts
    if len(parts) > 2:
        if parts[-1] == "settings.hpp":
            return 0
        return 2 if parts[1] in ("wire", "crypto") else 3
    return 0 if pathlib.PurePosixPath(path).stem in PLAIN_DATA else 3


def check_includes(path, text):
    folder = path.split("/")[0]
    if folder not in MAY_INCLUDE:
        return
    for number, name, angled in includes(text):
        where = f"{path}:{number}: "
        for library, header, allowed in LIBRARIES:
            if re.match(header, name) and not re.match(allowed, path):
                yield where + f"{library} has no place here: {name}"
        if angled:
            continue
        other = name.split("/")[0]
        if other not in MAY_INCLUDE:
            yield where + f"include paths start at the top of the tree: {name}"
        elif other not in MAY_INCLUDE[folder]:
            yield where + f"{folder}/ may not include {other}/: {name}"
        elif folder == "engine" == other:
            mine, theirs = engine_floor(path), engine_floor(name)
            jobs_are_values = name == "engine/crypto/jobs.hpp" and path == "engine/event.hpp"
            if theirs > mine and not jobs_are_values:
                yield where + f"runs upwards inside the engine: {name}"


# ---- Purity of the engine ------------------------------------------------------------------------------------------

IMPURE = [
    (r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b|(?<![\w.>])(::|std::)?time\s*\(", "a clock"),
    (r"\brandom_device\b|\bmt19937|\brand\s*\(|\bgetrandom\b|\bRAND_(priv_)?bytes\b", "randomness of its own"),
    (r"\bstd::(j?thread|mutex|shared_mutex|condition_variable|async|future)\b|\bpthread_", "threads"),
    (r"(?<![\w:.>])::?(socket|sendto|recvfrom|open|fopen|read|write|close)\s*\(", "a socket or file"),
    (r"\b(i|o)?fstream\b|\bstd::filesystem\b|\bfopen\s*\(|\bgetenv\s*\(", "files or environment"),
    (r"\b(f|s|sn|v|vf|vs|vsn)?printf\s*\(|\b(f?puts|f?putc|putchar|fwrite)\s*\(|\bstd::(cout|cerr|clog)\b", "printing"),
    (r"#\s*include\s*<(iostream|fstream|ctime|time\.h|thread|mutex|filesystem|random|unistd\.h|fcntl\.h|sys/.*|netinet/.*|linux/.*|net/.*)>",
     "a header of the outside world"),
]


def check_purity(path, text):
    if not path.startswith("engine/"):
        return
    lines = without_comments(text, keep_strings=False).splitlines()
    for number, line in enumerate(lines, 1):
        last_words = "stderr" in line and "std::abort();" in "".join(lines[number : number + 1])
        for pattern, what in IMPURE:
            if re.search(pattern, line) and not (what == "printing" and last_words):
                yield f"{path}:{number}: engine/ is pure, but here is {what}: {line.strip()}"


# ---- Length --------------------------------------------------------------------------------------------------------

FILE_LINES = 600
FUNCTION_LINES = 80


def functions(text):
    """(first line, last line, head) of each function body, found by its braces: approximate, and enough."""
    text = without_comments(text, keep_strings=False)
    text = re.sub(r"(?m)^\s*#(?:[^\n\\]|\\\n|\\.)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    stack, line, head, head_line = [], 1, "", None
    for char in text:
        if char == "{":
            inside_function = any(kind == "function" for kind, _, _ in stack)
            scope = re.search(r"\b(namespace|class|struct|enum|union)\b", head) and not head.rstrip().endswith(")")
            kind = "function" if "(" in head and not scope and not inside_function else "other"
            stack.append((kind, head_line or line, " ".join(head.split())))
            head, head_line = "", None
        elif char == "}":
            if stack:
                kind, first, name = stack.pop()
                if kind == "function":
                    yield first, line, name
            head, head_line = "", None
        elif char == ";" and head.count("(") == head.count(")"):
            head, head_line = "", None
        elif not char.isspace() or head:
            head_line = head_line or line
            head += char
        if char == "\n":
            line += 1


def check_length(path, text):
    if path.startswith("tests/"):
        return
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines, more than {FILE_LINES}: the design wants another cut"
    for first, last, head in functions(text):
        if last - first + 1 > FUNCTION_LINES:
            yield f"{path}:{first}: {last - first + 1} lines in one function, more than {FUNCTION_LINES}: {head[:80]}"


# ---- Unfinished work -----------------------------------------------------------------------------------------------

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bnot (yet )?implemented\b|\bunimplemented\b", re.I)


def check_finished(path, text):
    if path.startswith("tests/guards/"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = UNFINISHED.search(line)
        if match and not (match.group(0).isalpha() and not match.group(0).isupper() and match.group(0).lower() in ("hack", "xxx")):
            yield f"{path}:{number}: unfinished by its own words: {line.strip()}"


# ---- Scripts with pipefail --------------------------------------------------------------------------------------------

CUT_SHORT = re.compile(r"\|\s*(grep\s+-\w*q|head\b)")


def check_pipes(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if CUT_SHORT.search(line) and "sh -c" not in line:
            yield f"{path}:{number}: a pipe that is closed early may kill its writer, and pipefail fails the test: use 'matches'"


CHECKS = (check_includes, check_purity, check_length, check_finished)

# ---- What docs/ says is tested -------------------------------------------------------------------------------------

# Tables of two columns, "| what | Suite.Test, Suite.Other |": each test must exist. Also a script or program of tests/ by its
# path, and "none: why" where there is no test and should be none.
TABLES_OF_TESTS = (
    "docs/abuse.md",
    "docs/causes.md",
    "docs/certificates.md",
    "docs/collisions.md",
    "docs/engine.md",
    "docs/esp.md",
    "docs/language.md",
    "docs/peers.md",
    "docs/remote-access.md",
    "docs/seeing.md",
    "docs/service.md",
    "docs/xfrm.md",
)


def tests_in(text):
    """Names "Suite.Test" of the GoogleTest macros of a source file."""
    macro = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)")
    return {f"{suite}.{name}" for suite, name in macro.findall(without_comments(text, keep_strings=False))}


def check_tests_exist(path, text, known, exists=lambda name: (TOP / name).is_file()):
    """`known`: every Suite.Test there is."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        headline = number < len(lines) and re.match(r"\|[ :|-]+$", lines[number])
        if not line.startswith("|") or headline or re.match(r"\|[ :|-]+$", line):
            continue
        where = f"{path}:{number}: "
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 2 or not all(cells):
            yield where + "a row is a name and its tests"
        elif not cells[1].startswith("none: "):
            for name in (item.strip().strip("`") for item in cells[1].split(",")):
                if name not in known and not (name.startswith("tests/") and exists(name)):
                    yield where + f"there is no test {name}"


# ---- Where docs/ points to -----------------------------------------------------------------------------------------

PLACE = re.compile(r"`((?:cli|docs|engine|kernel|packaging|parser|samples|tests)/[\w./-]*\w)`|\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def check_places(path, text, exists=lambda place: any((TOP / (place + end)).exists() for end in ("", ".cpp", ".hpp"))):
    """Paths in code spans count from the top, links from where they stand; a source may be named without its ending."""
    for number, line in enumerate(text.splitlines(), 1):
        for span, link in PLACE.findall(line):
            place = span or (pathlib.PurePosixPath(path).parent / link).as_posix()
            if "NAME" not in place and not exists(place):
                yield f"{path}:{number}: there is no {place}"


# ---- Tools ---------------------------------------------------------------------------------------------------------


def check_format(paths):
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=TOP, capture_output=True, text=True)
    return [line for line in done.stderr.splitlines() if "error:" in line] if done.returncode else []


def tidy_one(path, extra=()):
    command = ["clang-tidy", "--quiet", *extra, path, "--", "-std=c++20", f"-I{TOP}"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if "error:" in line] if done.returncode else []


def check_tidy(sources, headers, cache):
    """Skips what was clean with the same contents before; a header's change means everything again."""
    cache.mkdir(parents=True, exist_ok=True)
    common = hashlib.sha256()
    for path in [".clang-tidy", *headers]:
        common.update((TOP / path).read_bytes())

    def one(path):
        key = common.copy()
        key.update((TOP / path).read_bytes())
        stamp = cache / key.hexdigest()
        if stamp.exists():
            return []
        complaints = tidy_one(path)
        if not complaints:
            stamp.touch()
        return complaints

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for complaints in pool.map(one, sources) for line in complaints]


# ---- All of it -----------------------------------------------------------------------------------------------------


def sources():
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp") and path.is_file():
                yield path.relative_to(TOP).as_posix()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("which", nargs="?", default="all", choices=["all", "text", "format", "tidy"])
    which = options.parse_args().which
    paths = list(sources())
    complaints = []
    if which in ("all", "text"):
        for path in paths:
            text = (TOP / path).read_text()
            for check in CHECKS:
                complaints += check(path, text)
        for path in sorted((TOP / "tests" / "interop").glob("*.sh")):
            complaints += check_pipes(path.relative_to(TOP).as_posix(), path.read_text())
        known = set().union(*(tests_in((TOP / path).read_text()) for path in paths if path.startswith("tests/")))
        for path in TABLES_OF_TESTS:
            if (TOP / path).exists():
                complaints += check_tests_exist(path, (TOP / path).read_text(), known)
        for path in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]:
            complaints += check_places(path.relative_to(TOP).as_posix(), path.read_text())
    if which in ("all", "format"):
        complaints += check_format(paths)
    if which in ("all", "tidy"):
        engine = [p for p in paths if p.startswith("engine/")]
        complaints += check_tidy([p for p in engine if p.endswith(".cpp")], [p for p in engine if p.endswith(".hpp")], TOP / "build" / "tidy")
    for complaint in complaints:
        print(complaint)
    print(f"guards {which}: {len(paths)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
