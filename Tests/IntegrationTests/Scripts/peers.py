"""Clients and origins that look the same whether they speak HTTP/1.1 or HTTP/2.

Everything runs in one thread: whoever waits for something reads, and nothing happens otherwise. So a
peer that does not ask for bytes does not read them, and its windows stay closed.
"""

import os
import select
import socket
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

PATIENCE = float(os.environ.get("PATIENCE", 10))


class Broken(Exception):
    """The other side ended the stream or the connection before its time."""


class TooLate(Exception):
    """Nothing came in time."""


class Head:
    """A request's or response's head; names are in lower case."""

    def __init__(self, fields, status=0, method="", path="", authority="", protocol=None):
        self.fields = fields
        self.status, self.method, self.path = status, method, path
        self.authority, self.protocol = authority, protocol

    def all(self, name):
        return [value for key, value in self.fields if key == name]

    def __getitem__(self, name):
        values = self.all(name)
        return ", ".join(values) if values else None


class Stream:
    """One message in each direction."""

    def __init__(self, end):
        self.connection = end
        self.heads = []
        self.body = bytearray()
        self.trailers = []
        self.is_ended = False
        self.broken = None
        self.request = None

    # Receiving

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self.broken:
                raise Broken(self.broken)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLate()
            self.connection.pump(left)

    def head(self):
        """The next head: of the request, or of an interim or final response."""
        self.wait(lambda: self.heads)
        return self.heads.pop(0)

    def take(self, count):
        """Exactly so many bytes of the body."""
        parts = []
        while count > 0:
            self.wait(lambda: self.body or self.is_ended)
            if not self.body:
                raise Broken(f"the body ends with {b''.join(parts)[-200:]}")
            part = bytes(self.body[:count])
            del self.body[:count]
            self.connection.taken(self, len(part))
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def rest(self):
        """Everything up to the body's end."""
        parts = []
        while True:
            self.wait(lambda: self.body or self.is_ended)
            if not self.body:
                return b"".join(parts)
            parts.append(self.take(len(self.body)))

    def wait_for_break(self):
        """How the other side broke the stream off."""
        try:
            self.wait(lambda: False)
        except Broken as error:
            return str(error)

    # Sending

    def send(self, data):
        self.connection.send_data(self, data)

    def push(self, data, limit, patience=0.3):
        """Sends over and over until nothing has been taken for a while; how much was."""
        return self.connection.push(self, data, limit, patience)

    def finish_push(self):
        """Sends what is left of the piece that `push` was at; how many pieces that makes."""
        self.connection.finish_push(self)
        return self.connection.pieces

    def end(self, trailers=()):
        self.connection.send_end(self, trailers)

    def abort(self):
        self.connection.abort(self)


# HTTP/1


class H1End:
    """One connection of HTTP/1.1, seen from either side."""

    version = "h1"

    def __init__(self, sock, is_client):
        self.socket = sock
        self.is_client = is_client
        self.buffer = bytearray()
        self.stream = None
        self.is_over = False
        self.is_chunked_out = False
        # How the body that comes in ends: "length", "chunked", "close", "raw", None for none.
        self.framing = None
        self.left = 0
        self.state = "head"

    def close(self):
        self.socket.close()

    # Receiving

    def pump(self, patience):
        if self.parse():
            return
        readable, _, _ = select.select([self.socket], [], [], patience)
        if not readable:
            return
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionResetError, BrokenPipeError):
            data = b""
            if self.stream:
                self.stream.broken = "reset"
        if not data:
            self.is_over = True
            if self.stream and self.framing in ("close", "raw") and self.state == "body":
                self.stream.is_ended = True
            elif self.stream and not self.stream.is_ended:
                self.stream.broken = self.stream.broken or "closed"
        self.buffer += data
        self.parse()

    def parse(self):
        """Takes one step; whether there was something to do."""
        if self.state == "head":
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0 or self.stream and self.stream.is_ended:
                return False
            text = bytes(self.buffer[:end]).decode("latin-1")
            del self.buffer[:end + 4]
            self.begin(text)
            return True
        stream = self.stream
        if self.state == "body":
            if not self.buffer:
                return False
            if self.framing == "chunked" and self.left == 0:
                return self.chunk()
            count = len(self.buffer)
            if self.framing in ("length", "chunked"):
                count = min(count, self.left)
                self.left -= count
            stream.body += self.buffer[:count]
            del self.buffer[:count]
            if self.framing == "length" and self.left == 0:
                self.finish()
            return True
        if self.state == "trailers":
            end = self.buffer.find(b"\r\n")
            if end < 0:
                return False
            line = bytes(self.buffer[:end]).decode("latin-1")
            del self.buffer[:end + 2]
            if line:
                name, _, value = line.partition(":")
                stream.trailers.append((name.lower(), value.strip()))
            else:
                self.finish()
            return True
        return False

    def chunk(self):
        if self.buffer[:2] == b"\r\n":
            del self.buffer[:2]
            return True
        end = self.buffer.find(b"\r\n")
        if end <= 0:
            return False
        self.left = int(bytes(self.buffer[:end]).split(b";")[0], 16)
        del self.buffer[:end + 2]
        if self.left == 0:
            self.state = "trailers"
        return True

    def finish(self):
        self.state = "head"
        self.stream.is_ended = True

    def begin(self, text):
        lines = text.split("\r\n")
        fields = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields.append((name.lower(), value.strip()))
        if self.is_client:
            head = Head(fields, status=int(lines[0].split(" ")[1]))
            self.stream.heads.append(head)
            if 100 <= head.status < 200 and head.status != 101:
                return
            self.frame(head, untilClose=True)
        else:
            method, path, _ = lines[0].split(" ")
            head = Head(fields, method=method, path=path)
            head.authority = head["host"]
            if (head["connection"] or "").lower() == "upgrade":
                head.protocol = head["upgrade"]
            self.stream = Stream(self)
            self.stream.heads.append(head)
            self.stream.request = head
            self.frame(head, untilClose=False)

    def frame(self, head, untilClose):
        self.state = "body"
        asked = self.stream.request
        if head.status == 101:
            self.framing = "raw"
        elif head["transfer-encoding"] == "chunked":
            self.framing, self.left = "chunked", 0
        elif head["content-length"] is not None and int(head["content-length"]) > 0:
            self.framing, self.left = "length", int(head["content-length"])
        elif untilClose and head["content-length"] is None and head.status not in (204, 304):
            self.framing = "close"
        else:
            self.framing = None
        if self.is_client and asked.method == "HEAD":
            self.framing = None
        if self.framing is None:
            self.finish()

    def taken(self, stream, count):
        pass

    # Sending

    def write(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self.stream.broken = self.stream.broken or "reset"
            raise Broken(self.stream.broken)

    def write_head(self, first, fields, is_ended, length):
        lines = [first] + [f"{name}: {value}" for name, value in fields]
        self.is_chunked_out = not is_ended and length is None
        if length is not None:
            lines.append(f"content-length: {length}")
        elif not is_ended:
            lines.append("transfer-encoding: chunked")
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def send_data(self, stream, data):
        if self.is_chunked_out:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        self.write(data)

    def push(self, stream, data, limit, patience):
        if self.is_chunked_out:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        self.socket.setblocking(False)
        sent, rest = 0, data
        self.pieces = 1
        while sent < limit:
            _, writable, _ = select.select([], [self.socket], [], patience)
            if not writable:
                break
            count = self.socket.send(rest)
            sent += count
            rest = rest[count:]
            if not rest:
                rest = data
                self.pieces += 1
        self.socket.settimeout(PATIENCE)
        self.unsent = rest
        return sent

    def finish_push(self, stream):
        self.write(self.unsent)

    def send_end(self, stream, trailers):
        if self.is_chunked_out:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
            self.write(b"0\r\n" + lines.encode() + b"\r\n")

    def end_writing(self):
        self.socket.shutdown(socket.SHUT_WR)

    def abort(self, stream):
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()
        self.is_over = True


# HTTP/2


class H2End:
    """One connection of HTTP/2, seen from either side."""

    version = "h2"

    def __init__(self, sock, is_client, settings=None):
        self.socket = sock
        self.is_client = is_client
        self.is_over = False
        self.goaway = None
        self.streams = {}
        self.fresh = []
        config = h2.config.H2Configuration(
            client_side=is_client, header_encoding="utf-8", validate_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        if settings:
            initial = {**self.h2.local_settings, **settings}
            self.h2.local_settings = h2.settings.Settings(is_client, initial)
        self.h2.initiate_connection()
        self.flush()

    def close(self):
        self.socket.close()

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            try:
                self.socket.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                self.break_all("reset")

    def break_all(self, why):
        self.is_over = True
        for stream in self.streams.values():
            if not stream.is_ended:
                stream.broken = stream.broken or why

    def pump(self, patience):
        readable, _, _ = select.select([self.socket], [], [], patience)
        if not readable:
            return
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionResetError, BrokenPipeError):
            return self.break_all("reset")
        if not data:
            return self.break_all("closed")
        for event in self.h2.receive_data(data):
            self.handle(event)
        self.flush()

    def handle(self, event):
        if isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = (int(event.error_code), event.last_stream_id)
            # The library would not go on, but what is in flight has to be completed.
            states = h2.connection.ConnectionState
            self.h2.state_machine.state = (
                states.CLIENT_OPEN if self.is_client else states.SERVER_OPEN)
            return
        number = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.RequestReceived):
            stream = self.streams[number] = Stream(self)
            stream.number = number
            stream.request = self.head_of(event.headers)
            stream.heads.append(stream.request)
            self.fresh.append(stream)
            return
        stream = self.streams.get(number)
        if stream is None:
            return
        if isinstance(
                event, (h2.events.ResponseReceived, h2.events.InformationalResponseReceived)):
            stream.heads.append(self.head_of(event.headers))
        elif isinstance(event, h2.events.DataReceived):
            stream.body += event.data
            padding = event.flow_controlled_length - len(event.data)
            if padding:
                self.h2.acknowledge_received_data(padding, number)
        elif isinstance(event, h2.events.TrailersReceived):
            stream.trailers = list(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            stream.is_ended = True
        elif isinstance(event, h2.events.StreamReset):
            stream.reset_code = int(event.error_code)
            if not self.is_client or not stream.is_ended:
                stream.broken = f"reset {int(event.error_code)}"

    @staticmethod
    def head_of(fields):
        pseudo = {name[1:]: value for name, value in fields if name.startswith(":")}
        return Head(
            [(name, value) for name, value in fields if not name.startswith(":")],
            status=int(pseudo.get("status", 0)), method=pseudo.get("method", ""),
            path=pseudo.get("path", ""), authority=pseudo.get("authority", ""),
            protocol=pseudo.get("protocol"))

    def taken(self, stream, count):
        if count and not self.is_over:
            try:
                self.h2.acknowledge_received_data(count, stream.number)
            except h2.exceptions.ProtocolError:
                pass
            self.flush()

    def window(self, stream):
        return min(
            self.h2.local_flow_control_window(stream.number), self.h2.max_outbound_frame_size)

    def send_data(self, stream, data):
        while data:
            stream.wait(lambda: self.window(stream) > 0)
            count = min(self.window(stream), len(data))
            self.h2.send_data(stream.number, data[:count])
            self.flush()
            data = data[count:]

    def push(self, stream, data, limit, patience):
        sent = 0
        stopped = time.monotonic()
        while sent < limit and time.monotonic() - stopped < patience and not stream.broken:
            count = min(self.window(stream), len(data) - sent % len(data))
            if count <= 0:
                self.pump(patience)
                continue
            start = sent % len(data)
            self.h2.send_data(stream.number, data[start:start + count])
            self.flush()
            sent += count
            stopped = time.monotonic()
        self.pieces = sent // len(data) + 1
        self.unsent = data[sent % len(data):]
        return sent

    def finish_push(self, stream):
        self.send_data(stream, self.unsent)

    def send_end(self, stream, trailers):
        if trailers:
            self.h2.send_headers(stream.number, list(trailers), end_stream=True)
        else:
            self.h2.end_stream(stream.number)
        self.flush()

    def abort(self, stream, code=8):
        self.h2.reset_stream(stream.number, code)
        self.flush()


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
    import base64
    import hashlib
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    return base64.b64encode(digest).decode()
