"""One side of a connection of HTTP/1.1."""

import select
import socket

from streams import PATIENCE, Broken, Head, Stream


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
