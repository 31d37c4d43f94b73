"""Messages as clients and origins see them, whatever carries them."""

import os
import time

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
