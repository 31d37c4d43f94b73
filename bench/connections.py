"""Connections that the benchmark itself makes: few requests, on many connections."""

import socket
import struct

from certificate import HOST
from origin import GRPC_MESSAGE, GRPC_PATH, SMALL_BODY
from processes import Service

# HTTP/2 frames (RFC 9113, section 6) and their flags.
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, WINDOW_UPDATE = 0x0, 0x1, 0x3, 0x4, 0x7, 0x8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# The connection's window, as large as can be: nobody waits for it here.
WINDOW_STEP = struct.pack(">I", 2**31 - 1 - 65_535)
# Header fields that HPACK's static table has whole (RFC 7541, appendix A), or only by name.
GET, POST, HTTP, HTTPS, STATUS_200 = b"\x82", b"\x83", b"\x86", b"\x87", 0x88
AUTHORITY, PATH, NEW_NAME = b"\x01", b"\x04", b"\x00"


class Http1Connection:
    """Keep-alive HTTP/1.1, plain or over TLS."""

    protocol = "http/1.1"

    def __init__(self, service: Service, timeout: float = 10,
                 fields: tuple[tuple[str, str], ...] = ()):
        self.service = service
        self.fields = "".join(f"{name}: {value}\r\n" for name, value in fields)
        try:
            self.socket = socket.create_connection(("127.0.0.1", service.port), timeout=timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if service.certificate:
                self.secure()
        except OSError as error:
            raise service.failure(f"refused a connection ({error})") from error

    def secure(self) -> None:
        context = self.service.certificate.client(self.protocol)
        self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
        agreed = self.socket.version(), self.socket.selected_alpn_protocol()
        if agreed not in [("TLSv1.3", self.protocol), ("TLSv1.3", None)]:
            raise self.service.failure(f"agreed to {agreed}")

    def send(self) -> None:
        """Asks for the small answer."""
        self.socket.sendall(
            f"GET / HTTP/1.1\r\nHost: bench.example\r\n{self.fields}\r\n".encode())

    def receive(self) -> None:
        """Takes the whole answer."""
        answer = b""
        while not answer.endswith(SMALL_BODY.encode()):
            piece = self.socket.recv(4096)
            answer += piece
            if not piece or not answer.startswith(b"HTTP/1.1 200 "[:len(answer)]):
                raise self.service.failure(f"answered {answer[:200]!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()


class Http2Connection(Http1Connection):
    """HTTP/2 with one stream at a time, by prior knowledge or over TLS."""

    protocol = "h2"
    answer = SMALL_BODY.encode()

    def __init__(self, service: Service, timeout: float = 10):
        super().__init__(service, timeout)
        self.stream = -1
        self.received = b""
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0)
                            + frame(WINDOW_UPDATE, 0, 0, WINDOW_STEP))

    def head(self, method: bytes, path: str) -> bytes:
        return (method + (HTTPS if self.service.certificate else HTTP) + PATH + text(path)
                + AUTHORITY + text("bench.example"))

    def send(self) -> None:
        self.stream += 2
        self.socket.sendall(frame(HEADERS, END_STREAM | END_HEADERS, self.stream,
                                  self.head(GET, "/")))

    def receive(self) -> None:
        body = b""
        status = None
        while True:
            kind, flags, stream, payload = self.next_frame()
            if kind == SETTINGS and not flags & ACK:
                self.socket.sendall(frame(SETTINGS, ACK, 0))
            elif kind in (RST_STREAM, GOAWAY):
                raise self.service.failure(f"sent frame {kind} with {payload!r}")
            elif stream == self.stream and kind == HEADERS and status is None:
                # A change of the table's size may come first (RFC 7541, section 6.3).
                status = next(byte for byte in payload if byte & 0xE0 != 0x20)
            elif stream == self.stream and kind == DATA:
                body += payload
            if stream == self.stream and kind in (HEADERS, DATA) and flags & END_STREAM:
                break
        if status != STATUS_200 or body != self.answer:
            raise self.service.failure(f"answered field {status} and {body[:200]!r}")

    def next_frame(self) -> tuple[int, int, int, bytes]:
        header = self.take(9)
        stream = struct.unpack(">I", header[5:])[0]
        return header[3], header[4], stream, self.take(int.from_bytes(header[:3], "big"))

    def take(self, count: int) -> bytes:
        while len(self.received) < count:
            piece = self.socket.recv(16_384)
            if not piece:
                raise self.service.failure("closed a connection")
            self.received += piece
        taken, self.received = self.received[:count], self.received[count:]
        return taken


class GrpcConnection(Http2Connection):
    """Unary calls; the trailers are not looked at."""

    answer = GRPC_MESSAGE

    def send(self) -> None:
        self.stream += 2
        fields = self.head(POST, GRPC_PATH)
        for name, value in (("content-type", "application/grpc"), ("te", "trailers")):
            fields += NEW_NAME + text(name) + text(value)
        self.socket.sendall(frame(HEADERS, END_HEADERS, self.stream, fields)
                            + frame(DATA, END_STREAM, self.stream, GRPC_MESSAGE))


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def text(value: str) -> bytes:
    """As HPACK writes it: shorter than 127 bytes, without Huffman's code."""
    return bytes([len(value)]) + value.encode()
