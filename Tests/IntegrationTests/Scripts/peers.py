"""Clients and origins that look the same whether they speak HTTP/1.1 or HTTP/2.

Everything runs in one thread: whoever waits for something reads, and nothing happens otherwise. So
a peer that does not ask for bytes does not read them, and its windows stay closed.
"""

import base64
import hashlib
import os
import select
import socket
import time

import h2.settings

from http1_end import H1End
from http2_end import H2End
from streams import PATIENCE, Broken, Head, Stream, TooLate


# Clients


class Client:
    """A client of the gateway, `h1` or `h2`."""

    def __init__(self, kind, address, receive_buffer=None, settings=None):
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(PATIENCE)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kind = kind
        self.end = H1End(sock, True) if kind == "h1" else H2End(sock, True, settings)

    def close(self):
        self.end.close()

    def ask(self, method="GET", path="/", fields=(), is_ended=True, length=None, host="a.example"):
        """Begins a request."""
        end = self.end
        stream = Stream(end)
        stream.request = Head(list(fields), method=method, path=path)
        if self.kind == "h1":
            end.stream = stream
            end.write_head(
                f"{method} {path} HTTP/1.1", [("host", host)] + list(fields), is_ended, length)
            return stream
        pseudo = [
            (":method", method), (":scheme", "http"), (":authority", host), (":path", path)]
        return self.begin(stream, pseudo, fields, is_ended, length)

    def begin(self, stream, pseudo, fields, is_ended, length):
        end = self.end
        if length is not None:
            fields = list(fields) + [("content-length", str(length))]
        stream.number = end.h2.get_next_available_stream_id()
        end.streams[stream.number] = stream
        end.h2.send_headers(stream.number, pseudo + list(fields), end_stream=is_ended)
        end.flush()
        return stream

    def websocket(self, path="/", fields=()):
        """Asks for a WebSocket: Upgrade, or extended CONNECT once the server offers it."""
        if self.kind == "h1":
            return self.ask(path=path, fields=[
                ("connection", "upgrade"), ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ] + list(fields))
        end = self.end
        stream = Stream(end)
        offered = h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL
        stream.wait(lambda: end.h2.remote_settings.get(offered) == 1)
        stream.request = Head(list(fields), method="CONNECT", path=path)
        pseudo = [
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"),
            (":authority", "a.example"), (":path", path)]
        return self.begin(
            stream, pseudo, [("sec-websocket-version", "13")] + list(fields), False, None)

    def end_tunnel(self, stream):
        """Says that no more bytes come on this side's part of a tunnel."""
        if self.kind == "h1":
            self.end.end_writing()
        else:
            stream.end()

    def get(self, path="/", fields=()):
        """A whole exchange that somebody else answers."""
        stream = self.ask(path=path, fields=fields)
        return stream.head(), stream.rest()


# Origins


class Origin:
    """An origin at a Unix socket, `h1` or `h2`."""

    def __init__(self, kind, path, settings=None):
        if os.path.exists(path):
            os.unlink(path)
        self.kind = kind
        self.settings = settings or {h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL: 1}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        self.ends = []
        self.count = 0

    def close(self):
        for end in self.ends:
            end.close()
        self.listener.close()

    def accept(self):
        """The next request on any connection, new or kept."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.take_request()
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate("no request reached the origin")
            open_ends = [end for end in self.ends if not end.is_over]
            readable, _, _ = select.select(
                [self.listener] + [end.socket for end in open_ends], [], [], left)
            for end in open_ends:
                if end.socket in readable:
                    end.pump(0)
            if self.listener in readable:
                sock, _ = self.listener.accept()
                sock.settimeout(PATIENCE)
                self.count += 1
                self.ends.append(
                    H1End(sock, False) if self.kind == "h1"
                    else H2End(sock, False, self.settings))

    def take_request(self):
        for end in self.ends:
            if self.kind == "h2":
                if end.fresh:
                    return Request(end.fresh.pop(0))
            elif end.stream and end.stream.heads:
                return Request(end.stream)
        return None


class Request:
    """A request as its origin sees it."""

    def __init__(self, stream):
        self.stream = stream
        self.end = stream.connection
        self.head = stream.head()

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def interim(self, status, fields=()):
        if self.end.version == "h1":
            self.end.write_head(f"HTTP/1.1 {status} Interim", fields, True, None)
        else:
            self.end.h2.send_headers(
                self.stream.number, [(":status", str(status))] + list(fields))
            self.end.flush()

    def answer(self, status=200, fields=(), is_ended=False, length=None):
        """Sends the response's head; its stream is free for the next request once it ends."""
        if self.end.version == "h1":
            if is_ended and length is None and status not in (204, 304):
                length = 0
            self.end.write_head(f"HTTP/1.1 {status} Any", fields, is_ended, length)
            if is_ended:
                self.done()
            return
        if length is not None:
            fields = list(fields) + [("content-length", str(length))]
        self.end.h2.send_headers(
            self.stream.number, [(":status", str(status))] + list(fields), end_stream=is_ended)
        self.end.flush()

    def reply(self, body=b"", status=200, fields=()):
        """A whole response."""
        self.answer(status, fields, is_ended=not body, length=len(body) if body else None)
        if body:
            self.stream.send(body)
            self.finish()

    def finish(self, trailers=()):
        """Ends a response that has a body."""
        if self.end.version == "h1":
            self.end.send_end(self.stream, trailers)
            self.done()
        else:
            self.stream.end(trailers)

    def done(self):
        """The response is out: a connection of HTTP/1 may take its next request."""
        if self.end.version == "h1" and self.stream.is_ended:
            self.end.stream = None

    def switch(self, fields=()):
        """Agrees to a WebSocket."""
        if self.end.version == "h1":
            self.end.write_head(
                "HTTP/1.1 101 Switching Protocols",
                [("connection", "Upgrade"), ("upgrade", "websocket"),
                 ("sec-websocket-accept", accept_key(self.head["sec-websocket-key"]))]
                + list(fields), True, None)
            self.end.state, self.end.framing = "body", "raw"
            self.stream.is_ended = False
            self.end.is_chunked_out = False
        else:
            self.answer(200, fields)

    def end_tunnel(self):
        if self.end.version == "h1":
            self.end.end_writing()
        else:
            self.stream.end()


def accept_key(key):
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    return base64.b64encode(digest).decode()
