"""One side of a connection of HTTP/2, on the library's state machine."""

import select
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from streams import Head, Stream


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
