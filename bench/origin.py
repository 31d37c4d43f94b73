"""The origin behind every proxy: nginx, HAProxy for bodies, and nghttpd for gRPC.

nginx answers a POST before it has read the body, and a load generator that gets its answer early
stops in the middle of its request; so HAProxy, which can wait for the whole body, takes those.
nghttpd waits as well, speaks HTTP/2 without TLS and sends trailers. The others answer /echo with
the headers that a proxy should have set.
"""

import pathlib

from certificate import Certificate
from processes import Service, free_port

SMALL_BODY = "x" * 127 + "\n"
LARGE_BYTES = 1 << 20
POST_BYTES = 64 << 10
# A gRPC message: not compressed, 11 bytes long, one field of protobuf.
GRPC_MESSAGE = b"\0\0\0\0\x0b" + b"\x0a\x09benchmark"
GRPC_PATH = "/bench.Echo/Ping.grpc"  # a file; its type follows from the last part of its name


def nginx_globals(folder: pathlib.Path, workers: int = 1) -> str:
    """What every nginx here needs: foreground, its own files, many connections."""
    return f"""
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/output.log;
events {{ worker_connections 9000; }}
"""


def nginx_paths(folder: pathlib.Path) -> str:
    return "\n".join(f"    {kind}_temp_path {folder}/{kind};"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


def nginx_command(folder: pathlib.Path, config: str) -> list[str]:
    path = folder / "nginx.conf"
    path.write_text(config)
    # Workers must read the folder, which only its owner may: root's workers stay root.
    return ["nginx", "-c", str(path), "-e", str(folder / "output.log"), "-g", "user root;"]


def nginx_origin(folder: pathlib.Path, http2: bool = False) -> Service:
    """Speaks HTTP/1, or HTTP/2 by prior knowledge alone."""
    port = free_port()
    (folder / "large").write_bytes(b"x" * LARGE_BYTES)
    config = nginx_globals(folder) + f"""
http {{
{nginx_paths(folder)}
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    default_type text/plain;
    server {{
        listen 127.0.0.1:{port}{" http2" if http2 else ""} backlog=4096;
        location / {{ return 200 "{SMALL_BODY}"; }}
        location = /large {{ alias {folder}/large; }}
        location = /echo {{
            return 200 "for=$http_x_forwarded_for id=$http_x_request_id gateway=$http_x_gateway";
        }}
    }}
}}
"""
    return Service("origin (nginx)", nginx_command(folder, config), folder, port)


def handshake_witness(folder: pathlib.Path, certificate: Certificate) -> Service:
    """Writes a line per request: version, suite, `r` for a resumed session, requests so far."""
    port = free_port()
    config = nginx_globals(folder) + f"""
http {{
{nginx_paths(folder)}
    log_format handshake "$ssl_protocol $ssl_cipher $ssl_session_reused $connection_requests";
    access_log {folder}/handshakes handshake;
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_protocols TLSv1.3;
        ssl_certificate {certificate.chain};
        ssl_certificate_key {certificate.key};
        location / {{ return 200 "{SMALL_BODY}"; }}
    }}
}}
"""
    return Service("witness (nginx)", nginx_command(folder, config), folder, port, certificate)


def body_origin(folder: pathlib.Path) -> Service:
    port = free_port()
    path = folder / "haproxy.cfg"
    path.write_text(f"""
global
    nbthread 1
    maxconn 2000
    tune.bufsize {2 * POST_BYTES}
defaults
    mode http
    timeout client 600s
    timeout http-keep-alive 600s
frontend origin
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain lf-string \
"for=%[req.hdr(x-forwarded-for)] id=%[req.hdr(x-request-id)] gateway=%[req.hdr(x-gateway)]" \
if {{ path /echo }}
    http-request wait-for-body time 10s
    http-request return status 200 content-type text/plain lf-string "%[req.body_len]"
""")
    return Service("origin (HAProxy)", ["haproxy", "-db", "-f", str(path)], folder, port)


def grpc_origin(folder: pathlib.Path) -> Service:
    """Answers a unary call with one message and grpc-status 0 in the trailers."""
    port = free_port()
    message = folder / GRPC_PATH[1:]
    message.parent.mkdir()
    message.write_bytes(GRPC_MESSAGE)
    types = folder / "types"
    types.write_text("application/grpc grpc\n")
    command = ["nghttpd", "--no-tls", "--address=127.0.0.1", f"--htdocs={folder}",
               f"--mime-types-file={types}", "--no-content-length", "--trailer=grpc-status: 0",
               str(port)]
    return Service("origin (nghttpd)", command, folder, port)
