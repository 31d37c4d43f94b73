"""The proxies under measurement: each the way its own users would tune it for this work.

All of them set X-Forwarded-For and a request id, keep connections to the origin open and, unless
the workload asks Weir for one, write no access log.
"""

import pathlib
from dataclasses import dataclass

from origin import nginx_command, nginx_globals, nginx_paths
from processes import Service, free_port


@dataclass(frozen=True)
class Setup:
    """What a workload asks of a proxy. Only Weir knows chains and route tables."""

    workers: int = 1
    chain: bool = False
    routes: int = 1
    clusters: int = 1


class Nginx:
    """`more` joins the directives of the proxied location."""

    program = "nginx"

    def __init__(self, name: str = "nginx", more: str = ""):
        self.name = name
        self.more = more

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        config = nginx_globals(folder, setup.workers) + f"""
http {{
{nginx_paths(folder)}
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_buffer_size 128k;
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 128;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Request-Id $request_id;
            proxy_max_temp_file_size 0;
            {self.more}
        }}
    }}
}}
"""
        return Service(self.name, nginx_command(folder, config), folder, port)


class Haproxy:
    """`more` joins the defaults, `more_global` the global section."""

    program = "haproxy"

    def __init__(self, name: str = "haproxy", more: str = "", more_global: str = ""):
        self.name = name
        self.more = more
        self.more_global = more_global

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        path = folder / "haproxy.cfg"
        path.write_text(f"""
global
    nbthread {setup.workers}
    maxconn 6000
    {self.more_global}
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
    option forwardfor
    http-reuse always
    {self.more}
frontend bench
    bind 127.0.0.1:{port}
    http-request set-header X-Request-Id %[uuid]
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin}
""")
        return Service(self.name, ["haproxy", "-db", "-f", str(path)], folder, port)


class Weir:
    name = "weir"

    def __init__(self, binary: pathlib.Path):
        self.program = str(binary)

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        path = folder / "weir.yaml"
        path.write_text(self.config(folder, port, origin, setup))
        return Service(self.name, [self.program, "run", str(path)], folder, port)

    def config(self, folder: pathlib.Path, port: int, origin: int, setup: Setup) -> str:
        filters, log = "[request-id]", "off"
        if setup.chain:
            filters = ("[request-id, {headers: {request: {set: {x-gateway: weir}}}}, "
                       "{ip-access: {allow: [127.0.0.0/8]}}]")
            log = f"{{format: json, path: {access_log(folder)}}}"
        lines = [
            f"runtime: {{workers: {setup.workers}}}",
            "admin: off",
            f"access-log: {log}",
            "listeners:",
            "  - name: bench",
            f"    address: 127.0.0.1:{port}",
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
        for index in range(setup.clusters):
            lines.append(f"  cluster-{index}: {{endpoints: [127.0.0.1:{origin}]}}")
        return "\n".join(lines) + "\n"


def known_peers(weir: pathlib.Path) -> list:
    """Everyone who can take part, Weir first.

    nginx and HAProxy keep Debian's buffer sizes. The `-bulk` pair is tuned for large bodies, which
    few do: 64 KiB buffers, no waiting for whole bodies in nginx, splicing in HAProxy.
    """
    return [
        Weir(weir),
        Nginx(),
        Haproxy(),
        Nginx("nginx-bulk", "proxy_request_buffering off; proxy_buffering off; "
              "proxy_buffer_size 64k; proxy_buffers 8 64k;"),
        Haproxy("haproxy-bulk", "option splice-response", "tune.bufsize 65536"),
    ]


def access_log(folder: pathlib.Path) -> pathlib.Path:
    """Where Weir writes the access log of the workload that has one."""
    return folder / "access.log"


def route_host(index: int) -> str:
    return f"tenant-{index % 100}.example.com"


def route_path(index: int) -> str:
    return f"/service-{index}/"
