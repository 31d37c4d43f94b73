"""Heap allocations of Weir per proxied request in steady state, against bench/thresholds.json."""

import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from main import ROOT
from malloc_record import MallocRecord
from origin import SMALL_BODY, nginx_origin
from peers import Setup, Weir, access_log
from processes import BenchError, Service
from rounds import folder, wait_for_lines

HERE = pathlib.Path(__file__).parent
THRESHOLDS = HERE / "thresholds.json"
COUNTER = HERE / "malloc_count.c"
CASES = {"small": Setup(), "chain": Setup(chain=True)}
CONNECTIONS = 8
WARMUP = 500
REQUEST = b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n"


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


def compile_counter(scratch: str) -> pathlib.Path:
    library = pathlib.Path(scratch) / "malloc_count.so"
    done = subprocess.run(
        ["cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", str(library),
         str(COUNTER)], capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"cannot compile {COUNTER.name}: {done.stderr}")
    return library


class Clients:
    """Keep-alive connections that all ask at once, then all wait for their answers."""

    def __init__(self, service: Service, running: ExitStack):
        self.service = service
        self.sockets = []
        for _ in range(CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", service.port), timeout=10)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(running.enter_context(one))

    def ask(self, requests: int) -> int:
        """Makes at least so many requests and returns how many it made."""
        made = 0
        while made < requests:
            for one in self.sockets:
                one.sendall(REQUEST)
            for one in self.sockets:
                self.take_answer(one)
            made += len(self.sockets)
        return made

    def take_answer(self, one: socket.socket) -> None:
        answer = b""
        while not answer.endswith(SMALL_BODY.encode()):
            piece = one.recv(4096)
            answer += piece
            if not piece or not answer.startswith(b"HTTP/1.1 200 "[:len(answer)]):
                raise self.service.failure(f"answered {answer[:200]!r}")


def count(name: str, options: argparse.Namespace, library: pathlib.Path) -> float:
    """Allocations per request of one case; prints the sites that were asked for."""
    setup = CASES[name]
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch, ExitStack() as running:
        origin = running.enter_context(nginx_origin(folder(scratch, "origin")))
        origin.start()
        place = folder(scratch, "weir")
        file = pathlib.Path(scratch) / "record"
        file.touch()
        weir = Weir(options.binary.absolute()).service(place, origin.port, setup)
        weir.command = ["env", f"LD_PRELOAD={library}", f"WEIR_MALLOC_COUNT={file}", *weir.command]
        running.enter_context(weir).start()
        record = running.enter_context(MallocRecord(file))
        clients = Clients(weir, running)
        made = clients.ask(WARMUP)
        if setup.chain:
            wait_for_lines(access_log(place), made)
        record.is_tracing = options.sites > 0
        before = record.allocations
        if before == 0:
            raise weir.failure("did not load the counter: is it linked statically?")
        measured = clients.ask(options.requests)
        if setup.chain and wait_for_lines(access_log(place), made + measured) < made + measured:
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
    for program, advice in (("cc", "make deps"), ("nginx", "make test-deps")):
        if not shutil.which(program):
            raise BenchError(f"{program} is not installed: run `{advice}`")
    allowed = json.loads(THRESHOLDS.read_text())["allocations"]
    exceeded = False
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch:
        library = compile_counter(scratch)
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
