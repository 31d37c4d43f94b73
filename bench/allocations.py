"""Heap allocations of Weir per proxied request in steady state, against bench/thresholds.json."""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace

from certificate import Certificate
from connections import GrpcConnection, Http1Connection, Http2Connection
from guard import Guard
from main import ROOT
from malloc_record import MallocRecord
from origin import grpc_origin, nginx_origin
from preload import HERE, compile_preload
from processes import BenchError, Service
from rounds import folder, wait_for_lines
from setup import Setup
from weir_peer import Weir, access_log

THRESHOLDS = HERE / "thresholds.json"
CONNECTIONS = 8
WARMUP = 500


@dataclass(frozen=True)
class Case:
    setup: Setup
    connection: type[Http1Connection] = Http1Connection
    tls: bool = False
    guarded: bool = False


CASES = {
    "small": Case(Setup()),
    "chain": Case(Setup(chain=True)),
    "guarded": Case(Setup(), guarded=True),
    "tls": Case(Setup(), tls=True),
    "h2": Case(Setup(http2=True), Http2Connection, tls=True),
    "grpc": Case(Setup(http2=True, grpc=True), GrpcConnection),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/allocations", description="Counts Weir's heap allocations per proxied "
        f"request; status 1 when there are more than {THRESHOLDS.name} allows.")
    parser.add_argument("work", nargs="*", metavar="WORK", help=f"(all): {', '.join(CASES)}")
    parser.add_argument("--requests", type=int, default=5000, metavar="N", help="(%(default)s)")
    parser.add_argument("--sites", type=int, default=0, metavar="N",
                        help="also show the N places that allocate most")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / ".build/release/weir",
                        metavar="FILE", help="the weir to measure (.build/release/weir)")
    options = parser.parse_args()
    options.work = options.work or list(CASES)
    for name in options.work:
        if name not in CASES:
            parser.error(f"no work named '{name}'; there is {', '.join(CASES)}")
    if options.requests < CONNECTIONS:
        parser.error(f"requests are at least {CONNECTIONS}")
    return options


class Clients:
    """Keep-alive connections that all ask at once, then all wait for their answers."""

    def __init__(self, setup: Setup, kind: type[Http1Connection], service: Service,
                 running: ExitStack):
        more = {"fields": setup.guard.fields} if setup.guard else {}
        self.connections = [running.enter_context(kind(service, **more))
                            for _ in range(CONNECTIONS)]

    def ask(self, requests: int) -> int:
        """Makes at least so many requests and returns how many it made."""
        made = 0
        while made < requests:
            for one in self.connections:
                one.send()
            for one in self.connections:
                one.receive()
            made += len(self.connections)
        return made


def count(name: str, options: argparse.Namespace, library: pathlib.Path) -> float:
    """Allocations per request of one case; prints the sites that were asked for."""
    case = CASES[name]
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch, ExitStack() as running:
        setup = case.setup
        if case.tls:
            setup = replace(setup, certificate=Certificate.make(folder(scratch, "tls")))
        if case.guarded:
            setup = replace(setup, guard=Guard.make(folder(scratch, "guard")))
        has_log = setup.chain or case.guarded
        make_origin = grpc_origin if setup.grpc else nginx_origin
        origin = running.enter_context(make_origin(folder(scratch, "origin")))
        origin.start()
        place = folder(scratch, "weir")
        file = pathlib.Path(scratch) / "record"
        file.touch()
        weir = Weir(options.binary.absolute()).service(place, origin.port, setup)
        weir.command = ["env", f"LD_PRELOAD={library}", f"WEIR_MALLOC_COUNT={file}", *weir.command]
        running.enter_context(weir).start()
        record = running.enter_context(MallocRecord(file))
        clients = Clients(setup, case.connection, weir, running)
        made = clients.ask(WARMUP)
        if has_log:
            wait_for_lines(access_log(place), made)
        record.is_tracing = options.sites > 0
        before = record.allocations
        if before == 0:
            raise weir.failure("did not load the counter: is it linked statically?")
        measured = clients.ask(options.requests)
        if has_log and wait_for_lines(access_log(place), made + measured) < made + measured:
            raise weir.failure("left out lines of its access log")
        allocations = record.allocations - before
        record.is_tracing = False
        for site in record.sites(weir.process.pid, options.sites):
            share = site.count / measured
            print(f"  {site.count} of {allocations}, {share:.2f} per request\n    {site.text}")
        return allocations / measured


def run(options: argparse.Namespace) -> int:
    if not os.access(options.binary, os.X_OK):
        raise BenchError(f"no weir at {options.binary}: run `make build`")
    for program, advice in (("cc", "make deps"), ("nginx", "make test-deps"),
                            ("nghttpd", "make test-deps"), ("openssl", "make test-deps")):
        if not shutil.which(program):
            raise BenchError(f"{program} is not installed: run `{advice}`")
    allowed = json.loads(THRESHOLDS.read_text())["allocations"]
    exceeded = False
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch:
        library = compile_preload("malloc_count", scratch)
        for name in options.work:
            figure = count(name, options, library)
            exceeded |= figure > allowed[name]
            print(f"{name}: {figure:.2f} allocations per request, at most {allowed[name]}"
                  + ("; TOO MANY" if figure > allowed[name] else ""), flush=True)
    return 1 if exceeded else 0


def main() -> int:
    os.environ["PATH"] += ":/usr/sbin"  # where Debian keeps nginx
    try:
        return run(arguments())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
