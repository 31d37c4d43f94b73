"""Servers that the benchmark starts, and what the kernel says about their CPU and memory."""

import os
import pathlib
import resource
import socket
import subprocess
import time
from dataclasses import dataclass, field

from certificate import HOST, Certificate

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """Something to tell the person who runs the benchmark, without a traceback."""


@dataclass(frozen=True)
class Cores:
    """The proxy has one core for itself; the load and the origin share the other."""

    proxy: int
    load: int

    @staticmethod
    def available() -> "Cores":
        usable = sorted(os.sched_getaffinity(0))
        if len(usable) < 2:
            raise BenchError("the benchmark needs two cores: one for the proxy, one for the load")
        return Cores(usable[0], usable[1])


def raise_file_limit() -> int:
    """Servers inherit the limit on open files: lift it as far as allowed, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Service:
    """A server process with its children, logging to a file in its own folder.

    With a certificate it speaks TLS.
    """

    def __init__(self, name: str, command: list[str], folder: pathlib.Path, port: int,
                 certificate: Certificate | None = None):
        self.name = name
        self.command = command
        self.port = port
        self.certificate = certificate
        self.log = folder / "output.log"
        self.process: subprocess.Popen | None = None

    def start(self, core: int | None = None, timeout: float = 10) -> float:
        """Starts the server, on one core if given, and returns the seconds until it listens."""
        pin = None if core is None else lambda: os.sched_setaffinity(0, {core})
        with open(self.log, "ab") as log:
            begin = time.monotonic()
            try:
                self.process = subprocess.Popen(
                    self.command, cwd=self.log.parent, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, preexec_fn=pin)
            except OSError as error:
                raise BenchError(f"{self.name}: cannot start {self.command[0]}: {error}") from error
        while not self.listens():
            if self.process.poll() is not None:
                raise self.failure(f"ended with status {self.process.returncode}")
            if time.monotonic() - begin > timeout:
                raise self.failure(f"does not listen on port {self.port} after {timeout} s")
            time.sleep(0.0005)
        return time.monotonic() - begin

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def url(self) -> str:
        """Where clients find it: by name under TLS, as that is what the certificate is for."""
        if self.certificate:
            return f"https://{HOST}:{self.port}"
        return f"http://127.0.0.1:{self.port}"

    def failure(self, what: str) -> BenchError:
        """An error that ends with the last lines of this server's log."""
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return BenchError("\n    ".join([f"{self.name} {what}; its output:", *lines]))

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def pids(self) -> list[int]:
        """The server's process and all its descendants."""
        children: dict[int, list[int]] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (stat := stat_fields(f"/proc/{entry}/stat")):
                children.setdefault(int(stat[1]), []).append(int(entry))
        family = [self.process.pid]
        for pid in family:
            family += children.get(pid, [])
        return family

    def cpu(self) -> "CpuTime":
        return CpuTime.of(self.pids())

    def pss_kib(self) -> int:
        """Memory of all its processes, shared pages divided among those who share them."""
        total = 0
        for pid in self.pids():
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines()
                          if line.startswith("Pss:"))
        return total


@dataclass
class CpuTime:
    """CPU time used so far: exact per thread, and split into user and kernel by the tick."""

    threads: dict[tuple[int, int], int] = field(default_factory=dict)
    user_ticks: int = 0
    kernel_ticks: int = 0

    @staticmethod
    def of(pids: list[int]) -> "CpuTime":
        time = CpuTime()
        for pid in pids:
            if stat := stat_fields(f"/proc/{pid}/stat"):
                time.user_ticks += int(stat[11])
                time.kernel_ticks += int(stat[12])
            for thread in os.listdir(f"/proc/{pid}/task"):
                try:
                    schedstat = pathlib.Path(f"/proc/{pid}/task/{thread}/schedstat").read_text()
                except FileNotFoundError:
                    continue  # the thread ended between the two looks
                time.threads[pid, int(thread)] = int(schedstat.split()[0])
        return time

    def since(self, earlier: "CpuTime") -> tuple[float, float]:
        """User and kernel seconds. The sum is exact to the nanosecond, the split to a tick."""
        user = (self.user_ticks - earlier.user_ticks) / TICKS_PER_SECOND
        kernel = (self.kernel_ticks - earlier.kernel_ticks) / TICKS_PER_SECOND
        if earlier.threads.keys() <= self.threads.keys():
            exact = sum(ns - earlier.threads.get(thread, 0)
                        for thread, ns in self.threads.items()) / 1e9
        else:
            exact = user + kernel  # only ticks remember the threads that ended
        share = user / (user + kernel) if user + kernel else 0
        return exact * share, exact * (1 - share)


def stat_fields(path: str) -> list[str] | None:
    """The fields of a stat file after the command's name, which may hold spaces."""
    try:
        return pathlib.Path(path).read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
