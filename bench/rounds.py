"""Runs a workload: the same load on each contender in turn, round after round."""

import pathlib
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from answers import check_answers, check_guard, check_handshakes, check_headers
from certificate import Certificate
from guard import Guard
from load import load
from origin import body_origin, grpc_origin, nginx_origin
from processes import Cores, Service
from weir_peer import access_log, filter_costs
from workloads import Contender, Workload

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
    counts_for_goal: bool
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
        return min((row for row in self.rows[1:] if row.counts_for_goal),
                   key=lambda row: row.median("total_us"), default=None)

    @property
    def ratio(self) -> float | None:
        """Of the medians; none when Weir or its peers were left out."""
        return self.ratio_to(self.best_peer) if self.best_peer else None

    def ratio_to(self, row: Row) -> float | None:
        if not self.rows[0].is_weir:
            return None
        return self.rows[0].median("total_us") / row.median("total_us")


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
        make_origin = (grpc_origin if workload.grpc else
                       body_origin if workload.body else nginx_origin)
        origin = running.enter_context(make_origin(folder(scratch, "origin")))
        origin.start(cores.load)
        certificate = Certificate.make(folder(scratch, "tls")) if workload.tls else None
        guard = Guard.make(folder(scratch, "guard")) if workload.guarded else None
        if guard:
            workload = replace(workload, fields=workload.fields + guard.fields)
        services: list[Service] = []
        rows: list[Row] = []
        for number, entrant in enumerate(entrants):
            place = folder(scratch, f"{number}-{entrant.proxy.name}")
            setup = replace(entrant.setup, certificate=certificate, guard=guard)
            service = running.enter_context(entrant.proxy.service(place, origin.port, setup))
            service.start(cores.proxy)
            check_answers(service, workload)
            if guard and entrant.proxy.name in ("weir", "envoy"):
                check_guard(service, workload)
            if workload.grpc:
                check_beside(folder(scratch, f"{number}-beside"), workload, entrant)
            elif "Host" not in dict(workload.fields):  # a table of routes has none to /echo
                check_headers(service, workload, "weir" if entrant.setup.chain else "")
            rows.append(Row(entrant.label, entrant.proxy.name == "weir",
                            entrant.proxy.counts_for_goal))
            services.append(service)
        if workload.tls and workload.close:
            check_handshakes(folder(scratch, "witness"), certificate, workload, cores.load)
        turns = list(zip(services, rows))
        if pace.rounds:
            for service in services:
                load(service, workload, cores.load, pace.head, pace.warmup)
        for turn in range(pace.rounds):
            first = turn % len(turns)  # nobody always follows the same neighbour
            for service, row in turns[first:] + turns[:first]:
                row.rounds.append(measure(service, workload, cores, pace))
        for entrant, service, row in zip(entrants, services, rows):
            if entrant.setup.chain or workload.guarded and row.is_weir:
                check_log(access_log(service.log.parent), row)
            if workload.guarded and row.is_weir:
                row.notes.append(
                    "a filter's call takes, clock included: " + filter_costs(service.log.parent))
    return Outcome(workload.name, workload.title, workload.goal, rows)


def folder(scratch: str, name: str) -> pathlib.Path:
    path = pathlib.Path(scratch) / name
    path.mkdir()
    return path


def check_beside(place: pathlib.Path, workload: Workload, entrant: Contender) -> None:
    """The same proxy in front of nginx, as nghttpd cannot say which headers it has seen."""
    with nginx_origin(folder(place.parent, f"{place.name}-origin"), http2=True) as origin:
        origin.start()
        with entrant.proxy.service(place, origin.port, entrant.setup) as service:
            service.start()
            check_headers(service, workload, "")


def measure(service: Service, workload: Workload, cores: Cores, pace: Pace) -> Round:
    before = service.cpu()
    result = load(service, workload, cores.load, pace.head, pace.seconds)
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
