"""What malloc_count.c writes while a program runs, and the names of the callers in it."""

import bisect
import mmap
import pathlib
import shutil
import struct
import subprocess
from dataclasses import dataclass

HEADER = struct.Struct("=QQ")  # allocations, is_tracing
SITE = struct.Struct("=QQ12Q")  # hash, count, callers
SITES = 4096


@dataclass(frozen=True)
class Site:
    """A chain of callers, as text with one a line, and how often it allocated."""

    count: int
    text: str


@dataclass(frozen=True, order=True)
class Symbol:
    """A function of a file, by offsets from where the file is mapped."""

    start: int
    end: int
    name: str


class MallocRecord:
    """`struct record` of malloc_count.c."""

    def __init__(self, path: pathlib.Path):
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), HEADER.size + SITES * SITE.size)

    def __enter__(self) -> "MallocRecord":
        return self

    def __exit__(self, *_) -> None:
        self.memory.close()

    @property
    def allocations(self) -> int:
        return HEADER.unpack_from(self.memory)[0]

    @property
    def is_tracing(self) -> bool:
        return HEADER.unpack_from(self.memory)[1] != 0

    @is_tracing.setter
    def is_tracing(self, value: bool) -> None:
        struct.pack_into("=Q", self.memory, 8, value)

    def sites(self, pid: int, limit: int) -> list[Site]:
        """The sites that allocated most often; the process must still run."""
        if limit == 0:
            return []
        records = [SITE.unpack_from(self.memory, HEADER.size + index * SITE.size)
                   for index in range(SITES)]
        records = sorted((one for one in records if one[1]), key=lambda one: -one[1])[:limit]
        symbols = Symbols(pid)
        return [Site(one[1], "\n    ".join(symbols.name(caller) for caller in one[2:] if caller))
                for one in records]


class Symbols:
    """Names of addresses in a running process, by the symbol tables of what it has mapped."""

    def __init__(self, pid: int):
        self.tables: dict[str, list[Symbol]] = {}
        self.mappings = []
        bases: dict[str, int] = {}
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            parts = line.split(maxsplit=5)
            if len(parts) == 6 and parts[5].startswith("/"):
                start, end = (int(part, 16) for part in parts[0].split("-"))
                self.mappings.append((start, end, bases.setdefault(parts[5], start), parts[5]))

    def name(self, address: int) -> str:
        for start, end, base, path in self.mappings:
            if start <= address < end:
                offset = address - 1 - base  # where the call is, not where it returns to
                symbols = self.table(path)
                place = bisect.bisect_right(symbols, offset, key=lambda one: one.start) - 1
                is_known = place >= 0 and offset < symbols[place].end
                name = symbols[place].name if is_known else hex(offset)
                return f"{name} ({pathlib.Path(path).name})"
        return hex(address)

    def table(self, path: str) -> list[Symbol]:
        """The functions of a file; of a library without a table, those it exports."""
        if path not in self.tables:
            self.tables[path] = sorted(nm(path) or nm(path, "--dynamic"))
        return self.tables[path]


def nm(*arguments: str) -> list[Symbol]:
    listed = subprocess.run(["nm", "--defined-only", "--print-size", "--demangle", *arguments],
                            capture_output=True, text=True).stdout
    if shutil.which("swift"):
        listed = subprocess.run(["swift", "demangle", "--simplified"], input=listed,
                                capture_output=True, text=True).stdout
    lines = (line.split(maxsplit=3) for line in listed.splitlines())
    return [Symbol(int(parts[0], 16), int(parts[0], 16) + int(parts[1], 16), parts[3])
            for parts in lines if len(parts) == 4 and parts[2] in "tTwWiu"]
