"""Checks that a proxy does the work before it is measured: whoever skips a part of it is not."""

import collections
import pathlib
import re
import subprocess
from dataclasses import dataclass, replace

from certificate import SUITE, Certificate
from load import load
from origin import handshake_witness
from processes import BenchError, Service
from workloads import Workload


@dataclass
class Answer:
    version: str  # "HTTP/2"
    status: int
    fields: str  # with the trailers
    body: bytes


def ask(service: Service, workload: Workload, method: str, path: str, body: bytes = b"") -> Answer:
    """Makes a request with curl, in the workload's protocol and with its header fields."""
    command = ["curl", "--disable", "--noproxy", "*", "--silent", "--show-error", "--max-time", "5",
               "--dump-header", "/dev/stderr", "--request", method,
               "--http1.1" if not workload.http2 else
               "--http2" if workload.tls else "--http2-prior-knowledge"]
    if service.certificate:
        command += ["--tlsv1.3", "--cacert", str(service.certificate.chain)]
    for name, value in workload.fields:
        command += ["--header", f"{name}: {value}"]
    if body:
        command += ["--header", "Expect:", "--data-binary", "@-"]
    done = subprocess.run([*command, service.url + path], input=body, capture_output=True)
    fields = done.stderr.decode(errors="replace").replace("\r", "")
    head = re.match(r"(HTTP/[\d.]+) (\d+)", fields)
    if done.returncode or not head:
        raise service.failure(f"did not answer {method} {path} ({fields.strip()})")
    return Answer(head[1], int(head[2]), fields, done.stdout)


def check_headers(service: Service, workload: Workload, gateway: str) -> None:
    """The origin must see what every proxy adds; this needs an origin that has /echo.

    Envoy puts the machine's address for clients on the loopback.
    """
    answer = ask(service, workload, "GET", "/echo")
    if answer.status != 200 or not re.fullmatch(rf"for=[\d.]+ id=\S+ gateway={gateway}",
                                                answer.body.decode()):
        raise service.failure(f"did not set the headers: status {answer.status}, origin saw "
                              f"{answer.body}")


def check_guard(service: Service, workload: Workload) -> None:
    """Who lets in a stranger, or a token that was tampered with, does not do the work."""
    token = dict(workload.fields)["Authorization"]
    for wrong in ("", token[:-8] + "AAAAAAAA"):
        stranger = replace(workload, fields=(("Authorization", wrong),) if wrong else ())
        if (status := ask(service, stranger, "GET", "/").status) != 401:
            raise service.failure(f"answered a request without a good token with {status}")


def check_answers(service: Service, workload: Workload) -> None:
    version = "HTTP/2" if workload.http2 else "HTTP/1.1"
    for path in workload.paths:
        answer = ask(service, workload, workload.method, path, workload.body)
        if (answer.version, answer.status, len(answer.body)) != (version, 200,
                                                                 workload.answer_bytes):
            raise service.failure(
                f"answered {workload.method} {path} by {answer.version} with status "
                f"{answer.status} and {len(answer.body)} bytes instead of by {version} with 200 "
                f"and {workload.answer_bytes}")
        if workload.grpc and "\ngrpc-status: 0\n" not in answer.fields:
            raise service.failure(f"left out the trailers: {answer.fields}")


def check_handshakes(folder: pathlib.Path, certificate: Certificate, workload: Workload,
                     core: int) -> None:
    """The load must not resume sessions: a server that says so is put under it for a second."""
    with handshake_witness(folder, certificate) as witness:
        witness.start()
        made = load(witness, workload, core, "bare", 1)["requests"]
    seen = collections.Counter((folder / "handshakes").read_text().splitlines())
    if not made or seen.keys() != {f"TLSv1.3 {SUITE} . 1"}:
        raise BenchError(f"the load's handshakes are not all full ones of TLS 1.3: {dict(seen)}")
