"""The kinds of work that proxies are compared at, and the share of CPU that Weir may take."""

from dataclasses import dataclass

from origin import LARGE_BYTES, POST_BYTES, SMALL_BODY
from peers import Setup, route_host, route_path

ROUTES, CLUSTERS = 10_000, 1_000
# Ten routes spread over the table, all to one cluster: their cost is the matching, not more pools.
ASKED = range(CLUSTERS // 2, ROUTES, CLUSTERS)


@dataclass(frozen=True)
class Workload:
    """Requests of one kind. `goal` bounds Weir's CPU per request against the better peer."""

    name: str
    title: str
    goal: float
    connections: int = 64
    method: str = "GET"
    paths: tuple[str, ...] = ("/",)
    host: str = ""
    body_bytes: int = 0
    close: bool = False
    chain: bool = False
    answer_bytes: int = len(SMALL_BODY)


@dataclass(frozen=True)
class Contender:
    """One row of a workload's table: a proxy and how it is set up."""

    label: str
    proxy: object
    setup: Setup


WORKLOADS = [
    Workload("small", "small GET, 64 keep-alive connections", goal=0.70),
    Workload("chain", "small GET through request-id, headers, ip-access and a JSON access log "
             "(peers without a log)", goal=1.00, chain=True),
    Workload("large", "1 MiB responses, 16 connections", goal=1.00, connections=16,
             paths=("/large",), answer_bytes=LARGE_BYTES),
    Workload("post", "64 KiB POST bodies, 16 connections", goal=1.00, connections=16,
             method="POST", body_bytes=POST_BYTES, answer_bytes=len(str(POST_BYTES))),
    Workload("close", "small GET, new connection per request", goal=0.90, close=True),
]

ROUTE_TABLE = Workload(
    "routes", f"small GET, {ROUTES:,} routes and {CLUSTERS:,} clusters against one route",
    goal=1.10, host=route_host(ASKED[0]), paths=tuple(route_path(index) for index in ASKED))


def contenders(workload: Workload, peers: dict) -> list[Contender]:
    """Who takes part; the first is the one that the goal is about."""
    if workload is ROUTE_TABLE:
        return [
            Contender(f"{ROUTES:,} routes", peers["weir"], Setup(routes=ROUTES, clusters=CLUSTERS)),
            Contender("one route", peers["weir"], Setup()),
        ]
    return [Contender(name, proxy, Setup(chain=workload.chain and name == "weir"))
            for name, proxy in peers.items()]
