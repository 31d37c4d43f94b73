"""What a proxy costs before it works: time to listen, memory when idle and per idle connection."""

import pathlib
import socket
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass

from origin import nginx_origin
from peers import Setup
from processes import Cores, Service
from rounds import ask, folder
from workloads import CLUSTERS, ROUTES

IDLE_CONNECTIONS = 5_000
STARTS = 9
SETTLE_SECONDS = 1.0
REQUEST = b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n"


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
            with service(Setup()) as holding:
                holding.start(cores.proxy)
                figure("memory per idle connection", connection_kib(holding), "KiB", 2)
    return figures


def start_ms(service) -> float:
    times = []
    for _ in range(STARTS):
        with service(Setup(workers=2)) as started:
            times.append(started.start() * 1e3)
    return statistics.median(times)


def connection_kib(service: Service) -> float:
    """Growth per connection at 5,000 that have each made a request and now wait."""
    ask(service, "GET", "/")
    time.sleep(SETTLE_SECONDS)
    before = service.pss_kib()
    with ExitStack() as held:
        for _ in range(IDLE_CONNECTIONS // 100):
            batch = [held.enter_context(connection(service)) for _ in range(100)]
            for one in batch:
                one.sendall(REQUEST)
            for one in batch:
                if not one.recv(4096).startswith(b"HTTP/1.1 200 "):
                    raise service.failure("did not answer on every held connection")
        time.sleep(SETTLE_SECONDS)
        return (service.pss_kib() - before) / IDLE_CONNECTIONS


def connection(service: Service) -> socket.socket:
    try:
        return socket.create_connection(("127.0.0.1", service.port), timeout=5)
    except OSError as error:
        raise service.failure(f"refused a connection ({error})") from error
