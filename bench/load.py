"""Puts a server under load: with wrk for HTTP/1, with h2load for HTTP/2."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

from certificate import GROUP, SUITE
from preload import HERE, compile_preload
from processes import BenchError, Service
from workloads import Workload

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Referer": "https://www.example.com/start",
    "Cookie": "session=6f1c0b6c1e0f4b8f9a7d; theme=dark",
    "Cache-Control": "no-cache",
}


def load(service: Service, workload: Workload, core: int, head: str, seconds: int) -> dict:
    """Asks for some seconds from one core.

    Returns `requests`, `seconds`, `p50_us`, `p99_us` and `errors`.
    """
    fields = dict(workload.fields) | (BROWSER if head == "browser" else {})
    if workload.close:
        fields["Connection"] = "close"
    tool = h2load if workload.http2 else wrk
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch:
        return tool(service, workload, core, [f"{name}: {fields[name]}" for name in fields],
                    seconds, pathlib.Path(scratch))


def run(command: list[str], core: int, seconds: int, more: dict[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30,
                          env=os.environ | more,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    if done.returncode:
        raise BenchError(f"{command[0]} failed: {done.stdout}{done.stderr}")
    return done.stdout


def wrk(service: Service, workload: Workload, core: int, fields: list[str], seconds: int,
        scratch: pathlib.Path) -> dict:
    more = {}
    if service.certificate:
        more["OPENSSL_CONF"] = str(service.certificate.client_settings)
        if workload.close:
            more["LD_PRELOAD"] = str(compile_preload("no_resumption", str(scratch)))
    out = run(["wrk", "--threads", "1", "--connections", str(workload.connections),
               "--duration", f"{seconds}s", "--timeout", "10s", "--latency",
               "--script", str(HERE / "load.lua"), service.url, "--",
               workload.method, str(len(workload.body)), *fields, *workload.paths],
              core, seconds, more)
    for line in out.splitlines():
        if line.startswith("RESULT "):
            return json.loads(line.removeprefix("RESULT "))
    raise BenchError(f"wrk failed: {out}")


def h2load(service: Service, workload: Workload, core: int, fields: list[str], seconds: int,
           scratch: pathlib.Path) -> dict:
    log = scratch / "requests"
    command = ["h2load", f"--duration={seconds}", f"--clients={workload.connections}",
               f"--max-concurrent-streams={workload.streams}", f"--log-file={log}",
               f"--connect-to=127.0.0.1:{service.port}", "--npn-list=h2",
               f"--tls13-ciphers={SUITE}", f"--groups={GROUP}"]
    command += [f"--header={field}" for field in fields]
    if workload.body:
        (scratch / "body").write_bytes(workload.body)
        command.append(f"--data={scratch / 'body'}")
    out = run([*command, *(service.url + path for path in workload.paths)], core, seconds, {})

    def number(pattern: str) -> float:
        if not (match := re.search(pattern, out)):
            raise BenchError(f"h2load did not say {pattern}: {out}")
        return float(match[1])

    wanted = ["TLS Protocol: TLSv1.3", f"Cipher: {SUITE}"] if service.certificate else []
    wanted.append("Application protocol: " + ("h2" if service.certificate else "h2c"))
    for line in wanted:
        if line not in out.splitlines():
            raise service.failure(f"did not agree to '{line}': {out}")
    done, good = (int(number(pattern)) for pattern in (r"(\d+) done", r"(\d+) 2xx"))
    data = number(r"\((\d+)\) data")
    times = [int(line.rpartition("\t")[2]) for line in log.read_text().splitlines()]
    percentiles = statistics.quantiles(times, n=100) if len(times) > 1 else [0] * 99
    # An answer without its body is an error: gRPC says 200 whatever happened. Those that were under
    # way at the end count in `good` and `data`, but not in `done`.
    whole = min(done, good, int(data) // workload.answer_bytes)
    return {"requests": done, "seconds": number(r"finished in ([\d.]+)s"),
            "p50_us": percentiles[49], "p99_us": percentiles[98],
            "errors": done - whole}
