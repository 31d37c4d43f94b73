"""A client that speaks HTTP/2 frame by frame and may break every rule of it.

It knows frames and HPACK only; it keeps no state of streams, answers nothing by itself but
SETTINGS, and sends what it is told.
"""

import os
import select
import socket
import struct
import time
from collections import namedtuple

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9
PRIORITY_UPDATE = 16

END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 32

CODES = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
    "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
    "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
]

# How long anything may take on a busy machine.
PATIENCE = float(os.environ.get("PATIENCE", 10))

Frame = namedtuple("Frame", "type flags stream payload")


def code_name(code):
    return CODES[code] if code < len(CODES) else str(code)


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """A frame's bytes; `length` may lie about the payload."""
    size = len(payload) if length is None else length
    return struct.pack(">HBBBL", size >> 8, size & 255, kind, flags, stream) + payload


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(struct.pack(">HL", *pair) for pair in pairs))


def window_update(stream, count):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">L", count))


def reset(stream, code=8):
    return frame(RST_STREAM, 0, stream, struct.pack(">L", code))


def ping(payload=b"12345678"):
    return frame(PING, 0, 0, payload)


def block(fields):
    """A head as literals that neither use nor change the peer's table, without Huffman coding."""
    return b"".join(literal(name, value) for name, value in fields)


def literal(name, value):
    name, value = raw(name), raw(value)
    return b"\x00" + integer(len(name), 7) + name + integer(len(value), 7) + value


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def integer(value, bits, first=0):
    """An integer of HPACK (RFC 7541, section 5.1)."""
    limit = (1 << bits) - 1
    if value < limit:
        return bytes([first | value])
    out = [first | limit]
    value -= limit
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + [value])


def request(path="/ok", method="GET", more=(), authority="a.example", scheme="http"):
    """The fields of a request."""
    return [
        (":method", method), (":scheme", scheme), (":authority", authority), (":path", path),
    ] + list(more)


def headers(stream, fields, flags=END_HEADERS | END_STREAM):
    """A HEADERS frame for a head that fits into one."""
    payload = fields if isinstance(fields, bytes) else block(fields)
    return frame(HEADERS, flags, stream, payload)


def parse_address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


class Peer:
    """One connection and everything that came on it."""

    def __init__(self, address, first=PREFACE + settings(), receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.frames = []
        self.is_closed = False
        self.was_reset = False
        # None to leave the server's SETTINGS unacknowledged.
        self.acknowledge = True
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        if first:
            self.send(first)

    def close(self):
        self.socket.close()

    # Sending

    def send(self, data):
        """Sends everything; False when the server does not want it any more."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def send_while_welcome(self, data, count, until=None):
        """Sends a piece over and over, reading what comes; stops at a GOAWAY or at the end.

        How many times it was sent.
        """
        self.socket.setblocking(False)
        sent = 0
        rest = data
        end = time.monotonic() + (until or 60)
        try:
            while sent < count and not self.is_closed and not self.goaway:
                if time.monotonic() > end:
                    break
                readable, writable, _ = select.select(
                    [self.socket], [self.socket], [], PATIENCE)
                if readable:
                    self.take()
                if writable:
                    try:
                        rest = rest[self.socket.send(rest):]
                    except BlockingIOError:
                        continue
                    except (BrokenPipeError, ConnectionResetError):
                        self.drain_after_break()
                        break
                    if not rest:
                        sent += 1
                        rest = data
                if not readable and not writable:
                    break
        finally:
            self.socket.settimeout(PATIENCE)
        return sent

    def drain_after_break(self):
        """Reads what the server had said before it closed."""
        while not self.is_closed:
            self.take()

    # Receiving

    def take(self):
        """Reads once and files the frames."""
        try:
            data = self.socket.recv(1 << 16)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionResetError:
            self.is_closed = self.was_reset = True
            return
        if not data:
            self.is_closed = True
            return
        self.buffer += data
        while len(self.buffer) >= 9:
            high, low, kind, flags, stream = struct.unpack(">HBBBL", self.buffer[:9])
            size = high << 8 | low
            if len(self.buffer) < 9 + size:
                break
            found = Frame(kind, flags, stream & 0x7FFFFFFF, self.buffer[9:9 + size])
            self.buffer = self.buffer[9 + size:]
            self.frames.append(found)
            if kind == SETTINGS and not flags & ACK and self.acknowledge:
                try:
                    self.socket.sendall(frame(SETTINGS, ACK))
                except OSError:
                    pass

    def wait(self, condition, patience=PATIENCE):
        """Reads until the condition holds; False at the end of the connection or in vain."""
        end = time.monotonic() + patience
        while not condition():
            left = end - time.monotonic()
            if self.is_closed or left <= 0:
                return condition()
            readable, _, _ = select.select([self.socket], [], [], left)
            if readable:
                self.take()
        return True

    def wait_for_end(self, patience=PATIENCE):
        """Whether the server closes the connection in time."""
        return self.wait(lambda: self.is_closed, patience)

    def of(self, kind, stream=None):
        return [
            found for found in self.frames
            if found.type == kind and stream in (None, found.stream)
        ]

    @property
    def goaway(self):
        """The code of the last GOAWAY, as text; None without."""
        all_of_them = self.of(GOAWAY)
        if not all_of_them:
            return None
        return code_name(struct.unpack(">L", all_of_them[-1].payload[4:8])[0])

    def reset_code(self, stream):
        """The code of the RST_STREAM, as text; None without."""
        for found in self.of(RST_STREAM, stream):
            return code_name(struct.unpack(">L", found.payload)[0])
        return None

    def has_answer(self, stream):
        """Whether the stream has come to its end, in order or not."""
        return any(
            found.stream == stream and
            (found.type == RST_STREAM or
             found.type in (HEADERS, DATA) and found.flags & END_STREAM)
            for found in self.frames)

    def heads(self):
        """Every head that came, by stream, in order: HPACK needs all of them."""
        decoded = {}
        decoder = hpack.Decoder()
        for found in self.of(HEADERS):
            fields = decoder.decode(found.payload)
            decoded.setdefault(found.stream, []).append(dict(fields))
        return decoded

    def status(self, stream):
        heads = self.heads().get(stream)
        return heads[-1].get(":status") if heads else None
