"""Raw connections from several loopback addresses, held open, and which of them are served.

many_connections.py HOST PORT hold PER_ADDRESS ADDRESS...
    Connects PER_ADDRESS times from each address, all at the same time, asks once on each, and
    prints as JSON how many were served, by address; then does so again after all were closed.
many_connections.py HOST PORT once PER_ADDRESS ADDRESS...
    The same, but only the first time.
many_connections.py HOST PORT churn SECONDS ADDRESS...
    Connects, asks or not, and closes or resets as fast as it can, from a thread per address; prints
    how many connections were served and how many refused.
"""

import json
import random
import socket
import struct
import sys
import threading
import time

REQUEST = b"GET / HTTP/1.1\r\nhost: a.example\r\n\r\n"


def connect(server, source):
    end = socket.socket()
    end.settimeout(20)
    end.bind((source, 0))
    end.connect(server)
    return end


def is_served(end):
    """Whether a request on the connection is answered; False when it is closed without a word."""
    try:
        end.sendall(REQUEST)
        answer = end.recv(4096)
    except (ConnectionResetError, BrokenPipeError):
        return False
    if answer and not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"unexpected answer: {answer[:80]!r}")
    return bool(answer)


def hold(server, count, sources):
    served = {source: 0 for source in sources}
    held = []
    lock = threading.Lock()
    gate = threading.Barrier(len(sources))

    def run(source):
        gate.wait()
        for _ in range(count):
            end = connect(server, source)
            isServed = is_served(end)
            with lock:
                held.append(end)
                served[source] += isServed

    threads = [threading.Thread(target=run, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return served, held


def churn(server, seconds, sources):
    end_time = time.monotonic() + seconds
    totals = {"served": 0, "refused": 0}
    lock = threading.Lock()

    def run(source, seed):
        draw = random.Random(seed)
        held = []
        served = refused = 0
        while time.monotonic() < end_time:
            end = connect(server, source)
            if draw.random() < 0.7:
                if is_served(end):
                    served += 1
                else:
                    refused += 1
            if draw.random() < 0.3:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            held.append(end)
            while held and (len(held) > 6 or draw.random() < 0.5):
                held.pop(draw.randrange(len(held))).close()
        for end in held:
            end.close()
        with lock:
            totals["served"] += served
            totals["refused"] += refused

    threads = [
        threading.Thread(target=run, args=(source, seed)) for seed, source in enumerate(sources)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return totals


def main():
    host, port, mode, number, *sources = sys.argv[1:]
    server = (host, int(port))
    if mode == "churn":
        print(json.dumps(churn(server, float(number), sources)))
        return
    first, held = hold(server, int(number), sources)
    if mode == "once":
        print(json.dumps(first))
        return
    for end in held:
        end.close()
    # The gateway hears of the ends in its own time.
    deadline = time.monotonic() + 20
    while True:
        second, held = hold(server, int(number), sources)
        if sum(second.values()) >= sum(first.values()) or time.monotonic() > deadline:
            break
        for end in held:
            end.close()
    print(json.dumps([first, second]))


main()
