"""Weir under measurement: its configuration for each kind of work."""

import pathlib
import re
import subprocess

from guard import AUDIENCE, ISSUER, ROLE, Guard
from processes import Service, free_port
from setup import Setup


class Weir:
    name = "weir"
    counts_for_goal = True  # beside itself, for the table of routes

    def __init__(self, binary: pathlib.Path):
        self.program = str(binary)

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        path = folder / "weir.yaml"
        path.write_text(self.config(folder, port, origin, setup))
        return Service(self.name, [self.program, "run", str(path)], folder, port,
                       setup.certificate)

    def config(self, folder: pathlib.Path, port: int, origin: int, setup: Setup) -> str:
        filters, log, admin = "[request-id]", "off", "off"
        if setup.chain:
            filters = ("[request-id, {headers: {request: {set: {x-gateway: weir}}}}, "
                       "{ip-access: {allow: [127.0.0.0/8]}}]")
            log = f"{{format: json, path: {access_log(folder)}}}"
        if setup.guard:
            filters = guarded(setup.guard)
            log = f"{{format: json, path: {access_log(folder)}}}"
            admin = f"{{address: 'unix:{admin_socket(folder)}'}}"
        lines = [
            f"runtime: {{workers: {setup.workers}}}",
            f"admin: {admin}",
            f"access-log: {log}",
            "listeners:",
            "  - name: bench",
            f"    address: 127.0.0.1:{port}",
            *connection(setup),
            f"    filters: {filters}",
            "    routes: all",
            "routes:",
            "  all:",
        ]
        if setup.routes == 1:
            lines.append("    - {match: {path: /**}, to: cluster-0}")
        for index in range(setup.routes if setup.routes > 1 else 0):
            match = f"{{host: {route_host(index)}, path: {route_path(index)}**}}"
            lines.append(f"    - {{match: {match}, to: cluster-{index % setup.clusters}}}")
        lines.append("clusters:")
        more = ", connection: [http2]" if setup.grpc else ""
        for index in range(setup.clusters):
            lines.append(f"  cluster-{index}: {{endpoints: [127.0.0.1:{origin}]{more}}}")
        return "\n".join(lines) + "\n"


def connection(setup: Setup) -> list[str]:
    """The listener's lines about its connections, none for plain HTTP/1."""
    filters = []
    if setup.certificate:
        pair = f"{{chain: {setup.certificate.chain}, key: {setup.certificate.key}}}"
        filters.append(f"{{tls: {{certificates: [{pair}]}}}}")
    if setup.http2:
        filters.append("http2")
    return [f"    connection: [{', '.join(filters)}]"] if filters else []


def guarded(guard: Guard) -> str:
    """Traces go to the origin, which takes whatever it is sent."""
    return f"""
      - request-id
      - tracing: {{sample: 1%, exporter: {{otlp: {{cluster: cluster-0}}}}}}
      - jwt: {{issuer: {ISSUER}, audiences: [{AUDIENCE}], jwks: {{file: {guard.jwks}}}}}
      - access: {{rules: [{{name: readers, allow: {{claims: {{role: {ROLE}}}}}}}]}}
      - rate-limit: {{requests: 1000000000, per: second, key: client}}"""


def filter_costs(folder: pathlib.Path) -> str:
    """The mean time of each filter's calls, as the gateway itself has sampled it."""
    text = subprocess.run(
        ["curl", "--silent", "--unix-socket", admin_socket(folder), "http://localhost/metrics"],
        check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, float]] = {}
    for measure, name, value in re.findall(
            r'weir_filter_timed_(calls|seconds)_total{listener="bench",filter="([^"]+)"} (\S+)',
            text):
        found.setdefault(name, {})[measure] = float(value)
    return ", ".join(f"{name} {one['seconds'] / one['calls'] * 1e9:.0f} ns"
                     for name, one in found.items() if one["calls"])


def admin_socket(folder: pathlib.Path) -> pathlib.Path:
    """Where Weir's admin listener is in the workload whose filters' costs are of interest."""
    return folder / "admin.sock"


def access_log(folder: pathlib.Path) -> pathlib.Path:
    """Where Weir writes the access log of the workload that has one."""
    return folder / "access.log"


def route_host(index: int) -> str:
    return f"tenant-{index % 100}.example.com"


def route_path(index: int) -> str:
    return f"/service-{index}/"
