"""What a proxy costs before it works: time to listen, memory when idle and per idle connection."""

import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass

from certificate import Certificate
from connections import Http1Connection, Http2Connection
from origin import nginx_origin
from processes import Cores, Service
from rounds import folder
from setup import Setup
from workloads import CLUSTERS, ROUTES

IDLE_CONNECTIONS = 5_000
IDLE_EDGE_CONNECTIONS = 2_000  # of those with TLS or HTTP/2
STARTS = 9
SETTLE_SECONDS = 1.0


@dataclass
class Figure:
    """One measured number, with its goal where it has one."""

    proxy: str
    what: str
    value: float
    unit: str
    goal: float | None

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.value <= self.goal


def run(peers: dict, cores: Cores) -> list[Figure]:
    figures = []
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch, ExitStack() as running:
        origin = running.enter_context(nginx_origin(folder(scratch, "origin")))
        origin.start(cores.load)
        certificate = Certificate.make(folder(scratch, "tls"))
        for name, proxy in peers.items():
            place = folder(scratch, name)
            is_weir = name == "weir"

            def figure(what: str, value: float, unit: str, goal: float) -> None:
                figures.append(Figure(name, what, value, unit, goal if is_weir else None))

            def service(setup: Setup) -> Service:
                return proxy.service(place, origin.port, setup)

            figure("start to listening", start_ms(service), "ms", 100)
            if is_weir:
                table = Setup(routes=ROUTES, clusters=CLUSTERS)
                with service(table) as loaded:
                    figure(f"the same with {ROUTES:,} routes", loaded.start() * 1e3, "ms", 1000)
            with service(Setup(workers=2)) as idle:
                idle.start()
                time.sleep(SETTLE_SECONDS)
                figure("idle memory, two workers", idle.pss_kib() / 1024, "MiB", 30)
            for what, setup, goal in (
                    ("", Setup(), 2),
                    (" with TLS", Setup(certificate=certificate), 12),
                    (" with TLS and HTTP/2", Setup(certificate=certificate, http2=True), 16)):
                with service(setup) as holding:
                    holding.start(cores.proxy)
                    figure(f"memory per idle connection{what}", connection_kib(holding, setup),
                           "KiB", goal)
    return figures


def start_ms(service) -> float:
    times = []
    for _ in range(STARTS):
        with service(Setup(workers=2)) as started:
            times.append(started.start() * 1e3)
    return statistics.median(times)


def connection_kib(service: Service, setup: Setup) -> float:
    """Growth per connection that has made a request and now waits, when there are thousands."""
    count = IDLE_EDGE_CONNECTIONS if setup.certificate else IDLE_CONNECTIONS
    kind = Http2Connection if setup.http2 else Http1Connection
    with kind(service) as first:
        first.send()
        first.receive()
    time.sleep(SETTLE_SECONDS)
    before = service.pss_kib()
    with ExitStack() as held:
        for _ in range(count // 100):
            batch = [held.enter_context(kind(service)) for _ in range(100)]
            for one in batch:
                one.send()
            for one in batch:
                one.receive()
        time.sleep(SETTLE_SECONDS)
        return (service.pss_kib() - before) / count
