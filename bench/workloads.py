"""The kinds of work that proxies are compared at, and the share of CPU that Weir may take."""

from dataclasses import dataclass

from origin import GRPC_MESSAGE, GRPC_PATH, LARGE_BYTES, POST_BYTES, SMALL_BODY
from setup import Setup
from weir_peer import route_host, route_path

ROUTES, CLUSTERS = 10_000, 1_000
# Ten routes spread over the table, all to one cluster: their cost is the matching, not more pools.
ASKED = range(CLUSTERS // 2, ROUTES, CLUSTERS)


@dataclass(frozen=True)
class Workload:
    """Requests of one kind. `goal` bounds Weir's CPU per request against the better peer.

    `streams` is how many requests each connection has under way, which is more than one in HTTP/2.
    """

    name: str
    title: str
    goal: float
    connections: int = 64
    method: str = "GET"
    paths: tuple[str, ...] = ("/",)
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    close: bool = False
    chain: bool = False
    answer_bytes: int = len(SMALL_BODY)
    tls: bool = False
    http2: bool = False
    grpc: bool = False
    guarded: bool = False
    streams: int = 1


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
    Workload("guarded", "small GET with a token through request-id, tracing (1%), jwt (ES256), "
             "access, rate-limit and a JSON access log (nginx and HAProxy only proxy)", goal=1.00,
             guarded=True),
    Workload("large", "1 MiB responses, 16 connections", goal=1.00, connections=16,
             paths=("/large",), answer_bytes=LARGE_BYTES),
    Workload("post", "64 KiB POST bodies, 16 connections", goal=1.00, connections=16,
             method="POST", body=b"x" * POST_BYTES, answer_bytes=len(str(POST_BYTES))),
    Workload("close", "small GET, new connection per request", goal=0.90, close=True),
    Workload("tls", "small GET over TLS 1.3, 64 keep-alive connections", goal=0.80, tls=True),
    Workload("h2", "small GET over TLS 1.3 and HTTP/2, 16 connections of 16 streams", goal=0.75,
             connections=16, streams=16, tls=True, http2=True),
    Workload("handshake", "small GET, new connection with a full TLS 1.3 handshake per request",
             goal=1.00, close=True, tls=True),
    Workload("tls-large", "1 MiB responses over TLS 1.3, 16 connections", goal=1.00,
             connections=16, paths=("/large",), answer_bytes=LARGE_BYTES, tls=True),
    Workload("grpc", "gRPC unary, HTTP/2 without TLS on both sides, 16 connections of 16 streams",
             goal=0.75, connections=16, streams=16, http2=True, grpc=True, method="POST",
             paths=(GRPC_PATH,), body=GRPC_MESSAGE, answer_bytes=len(GRPC_MESSAGE),
             fields=(("content-type", "application/grpc"), ("te", "trailers"))),
]

ROUTE_TABLE = Workload(
    "routes", f"small GET, {ROUTES:,} routes and {CLUSTERS:,} clusters against one route",
    goal=1.10, fields=(("Host", route_host(ASKED[0])),),
    paths=tuple(route_path(index) for index in ASKED))


def contenders(workload: Workload, peers: dict) -> list[Contender]:
    """Who takes part; the first is the one that the goal is about."""
    if workload is ROUTE_TABLE:
        return [
            Contender(f"{ROUTES:,} routes", peers["weir"], Setup(routes=ROUTES, clusters=CLUSTERS)),
            Contender("one route", peers["weir"], Setup()),
        ]
    return [Contender(name, proxy, Setup(chain=workload.chain and name == "weir",
                                         http2=workload.http2, grpc=workload.grpc))
            for name, proxy in peers.items()]
