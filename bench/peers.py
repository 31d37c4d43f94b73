"""The proxies under measurement: each the way its own users would tune it for this work.

All of them set X-Forwarded-For and a request id, keep connections to the origin open and, unless
the workload asks Weir for one, write no access log. TLS keeps each one's defaults, session tickets
among them, except that Debian's nginx has to be told of TLS 1.3.
"""

import pathlib

from envoy_peer import Envoy, envoy_program
from origin import nginx_command, nginx_globals, nginx_paths
from processes import Service, free_port
from setup import Setup
from weir_peer import Weir


class Nginx:
    """`more` joins the directives of the proxied location."""

    program = "nginx"
    counts_for_goal = True

    def __init__(self, name: str = "nginx", more: str = ""):
        self.name = name
        self.more = more

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        options = (" ssl" if setup.certificate else "") + (" http2" if setup.http2 else "")
        # Connections kept to the origin suffice for all that h2load has under way: 256 requests.
        config = nginx_globals(folder, setup.workers) + f"""
http {{
{nginx_paths(folder)}
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_buffer_size 128k;
    upstream origin {{
        server 127.0.0.1:{origin};
        keepalive 512;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    server {{
        listen 127.0.0.1:{port}{options} backlog=4096;
        {self.tls(setup)}
        location / {{
            {self.grpc() if setup.grpc else self.http()}
            {self.more}
        }}
    }}
}}
"""
        return Service(self.name, nginx_command(folder, config), folder, port, setup.certificate)

    def tls(self, setup: Setup) -> str:
        if setup.certificate is None:
            return ""
        return (f"ssl_certificate {setup.certificate.chain}; "
                f"ssl_certificate_key {setup.certificate.key}; ssl_protocols TLSv1.2 TLSv1.3;")

    def http(self) -> str:
        return """proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Request-Id $request_id;
            proxy_max_temp_file_size 0;"""

    def grpc(self) -> str:
        return """grpc_pass grpc://origin;
            grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            grpc_set_header X-Request-Id $request_id;"""


class Haproxy:
    """`more` joins the defaults, `more_global` the global section."""

    program = "haproxy"
    counts_for_goal = True

    def __init__(self, name: str = "haproxy", more: str = "", more_global: str = ""):
        self.name = name
        self.more = more
        self.more_global = more_global

    def service(self, folder: pathlib.Path, origin: int, setup: Setup) -> Service:
        port = free_port()
        options = ""
        if setup.certificate:
            protocols = "h2,http/1.1" if setup.http2 else "http/1.1"
            options = f" ssl crt {setup.certificate.bundle} alpn {protocols}"
        elif setup.http2:
            options = " proto h2"
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
    bind 127.0.0.1:{port}{options}
    http-request set-header X-Request-Id %[uuid]
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin}{" proto h2" if setup.grpc else ""}
""")
        return Service(self.name, ["haproxy", "-db", "-f", str(path)], folder, port,
                       setup.certificate)


def known_peers(weir: pathlib.Path) -> list:
    """Everyone who can take part, Weir first; Envoy only where it is installed.

    nginx and HAProxy keep Debian's buffer sizes. The `-bulk` pair is tuned for large bodies, which
    few do: 64 KiB buffers, no waiting for whole bodies in nginx, splicing in HAProxy.
    """
    envoy = envoy_program()
    return [
        Weir(weir),
        Nginx(),
        Haproxy(),
        *([Envoy(envoy)] if envoy else []),
        Nginx("nginx-bulk", "proxy_request_buffering off; proxy_buffering off; "
              "proxy_buffer_size 64k; proxy_buffers 8 64k;"),
        Haproxy("haproxy-bulk", "option splice-response", "tune.bufsize 65536"),
    ]
