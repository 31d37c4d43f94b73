"""Runs a workload: the same load on each contender in turn, round after round."""

import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from origin import body_origin, nginx_origin
from peers import access_log
from processes import BenchError, Cores, Service
from workloads import Contender, Workload

SCRIPT = pathlib.Path(__file__).with_name("load.lua")
LOG_SECONDS = 5


@dataclass
class Round:
    """One contender under load for a few seconds."""

    user_us: float  # CPU time per request
    kernel_us: float
    total_us: float
    requests: int
    rps: float
    p50_us: float
    p99_us: float
    busy: float  # share of its core
    errors: int


@dataclass
class Row:
    label: str
    is_weir: bool
    rounds: list[Round] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def median(self, measure: str) -> float:
        return statistics.median(getattr(one, measure) for one in self.rounds)

    def range(self, measure: str) -> tuple[float, float]:
        values = [getattr(one, measure) for one in self.rounds]
        return min(values), max(values)


@dataclass
class Outcome:
    """A workload's rows, and how the first compares with the best of the others."""

    name: str
    title: str
    goal: float
    rows: list[Row]

    @property
    def best_peer(self) -> Row | None:
        return min(self.rows[1:], key=lambda row: row.median("total_us"), default=None)

    @property
    def ratio(self) -> float | None:
        """Of the medians; none when Weir or its peers were left out."""
        if self.best_peer is None or not self.rows[0].is_weir:
            return None
        return self.rows[0].median("total_us") / self.best_peer.median("total_us")


@dataclass(frozen=True)
class Pace:
    """How long and often each contender is under load, and with which head; 0 rounds only check."""

    rounds: int
    seconds: int
    warmup: int
    head: str


def run(workload: Workload, entrants: list[Contender], cores: Cores, pace: Pace) -> Outcome:
    """Starts the origin and every contender, checks their answers, and takes turns."""
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch, ExitStack() as running:
        make_origin = body_origin if workload.body_bytes else nginx_origin
        origin = running.enter_context(make_origin(folder(scratch, "origin")))
        origin.start(cores.load)
        services: list[Service] = []
        rows: list[Row] = []
        for number, entrant in enumerate(entrants):
            place = folder(scratch, f"{number}-{entrant.proxy.name}")
            service = entrant.proxy.service(place, origin.port, entrant.setup)
            running.enter_context(service)
            rows.append(Row(entrant.label, entrant.proxy.name == "weir"))
            service.start(cores.proxy)
            check_answers(service, workload, entrant)
            services.append(service)
        turns = list(zip(services, rows))
        if pace.rounds:
            for service in services:
                load(service, workload, cores, pace, pace.warmup)
        for turn in range(pace.rounds):
            first = turn % len(turns)  # nobody always follows the same neighbour
            for service, row in turns[first:] + turns[:first]:
                row.rounds.append(measure(service, workload, cores, pace))
        for entrant, service, row in zip(entrants, services, rows):
            if entrant.setup.chain:
                check_log(access_log(service.log.parent), row)
    return Outcome(workload.name, workload.title, workload.goal, rows)


def folder(scratch: str, name: str) -> pathlib.Path:
    path = pathlib.Path(scratch) / name
    path.mkdir()
    return path


def check_answers(service: Service, workload: Workload, entrant: Contender) -> None:
    """Whoever skips part of the work is not measured."""
    host = {"Host": workload.host} if workload.host else {}
    if not workload.host:  # a table of routes has none to /echo
        status, seen = ask(service, "GET", "/echo")
        gateway = "weir" if entrant.setup.chain else ""
        if status != 200 or not re.fullmatch(rf"for=127.0.0.1 id=\S+ gateway={gateway}",
                                             seen.decode()):
            raise service.failure(f"did not set the headers: status {status}, origin saw {seen}")
    for path in workload.paths:
        body = b"x" * workload.body_bytes
        status, answer = ask(service, workload.method, path, body, host)
        if status != 200 or len(answer) != workload.answer_bytes:
            raise service.failure(
                f"answered {workload.method} {path} with status {status} and {len(answer)} "
                f"bytes instead of 200 and {workload.answer_bytes}")


def ask(service: Service, method: str, path: str, body: bytes = b"",
        headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
    try:
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise service.failure(f"did not answer {method} {path} ({error!r})") from error
    finally:
        connection.close()


def load(service: Service, workload: Workload, cores: Cores, pace: Pace, seconds: int) -> dict:
    """Lets wrk ask for some seconds and returns what load.lua reports."""
    command = [
        "wrk", "--threads", "1", "--connections", str(workload.connections),
        "--duration", f"{seconds}s", "--timeout", "10s", "--latency",
        "--script", str(SCRIPT), f"http://127.0.0.1:{service.port}", "--",
        workload.method, str(workload.body_bytes), "close" if workload.close else "keep-alive",
        pace.head, workload.host, *workload.paths,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30,
                          preexec_fn=lambda: os.sched_setaffinity(0, {cores.load}))
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise BenchError(f"wrk failed: {done.stdout}{done.stderr}")


def measure(service: Service, workload: Workload, cores: Cores, pace: Pace) -> Round:
    before = service.cpu()
    result = load(service, workload, cores, pace, pace.seconds)
    user, kernel = service.cpu().since(before)
    requests = result["requests"]
    if not requests:
        raise service.failure(f"answered no request of {workload.name}")
    return Round(
        user_us=user / requests * 1e6, kernel_us=kernel / requests * 1e6,
        total_us=(user + kernel) / requests * 1e6, requests=requests,
        rps=requests / result["seconds"], p50_us=result["p50_us"], p99_us=result["p99_us"],
        busy=(user + kernel) / result["seconds"], errors=result["errors"])


def check_log(path: pathlib.Path, row: Row) -> None:
    """A log that leaves out lines would be cheap for the wrong reason."""
    requests = sum(one.requests for one in row.rounds)
    lines = wait_for_lines(path, requests)
    row.notes.append(f"access log: {lines:,} lines for {requests:,} measured requests"
                     + ("; LINES ARE MISSING" if lines < requests else ""))


def wait_for_lines(path: pathlib.Path, wanted: int) -> int:
    """The lines there are as soon as they suffice, or after a while."""
    deadline = time.monotonic() + LOG_SECONDS
    while (lines := count_lines(path)) < wanted and time.monotonic() < deadline:
        time.sleep(0.1)  # the log is written off the loops, so it may come later
    return lines


def count_lines(path: pathlib.Path) -> int:
    if not path.exists():
        return 0
    with open(path, "rb") as log:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))
