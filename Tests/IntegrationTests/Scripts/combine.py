"""Plays a client and an origin at once, with the gateway between them.

    combine.py CLIENT ORIGIN HOST:PORT SOCKET PID [CASE]

CLIENT and ORIGIN are `h1` or `h2`; the gateway sends everything to the Unix socket SOCKET. Prints a
JSON object with what went wrong, by case; PID is the gateway's, whose memory is watched.
"""

import json
import sys
import traceback

import message_cases
from message_cases import CASES
from peers import *
from wire import parse_address


class World:
    """What a case may use."""

    def __init__(self, client, origin, address, path, pid):
        self.kinds = (client, origin)
        self.client_kind, self.origin_kind = client, origin
        self.address, self.pid = address, pid
        self.origin = Origin(origin, path)
        self.clients = []

    def client(self, **more):
        made = Client(self.client_kind, self.address, **more)
        self.clients.append(made)
        return made

    def finish(self):
        for made in self.clients:
            made.close()
        self.clients = []

    def memory(self):
        with open(f"/proc/{self.pid}/smaps_rollup") as text:
            return next(int(line.split()[1]) for line in text if line.startswith("Pss_Anon:"))


def main():
    client, origin, address, path, pid = sys.argv[1:6]
    only = sys.argv[6] if len(sys.argv) > 6 else ""
    world = World(client, origin, parse_address(address), path, int(pid))
    failures = {}
    for function in CASES:
        if only and function.__name__ != only:
            continue
        try:
            function(world)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)
            cases = message_cases.__file__
            lines = [str(place.lineno) for place in where if place.filename == cases]
            failures[function.__name__] = f"{type(error).__name__}: {error} (lines {lines})"
        world.finish()
        # Whatever a failed case left behind must not answer the next one.
        if function.__name__ in failures:
            world.origin.close()
            world.origin = Origin(origin, path)
    print(json.dumps({"count": len(CASES), "failures": failures}))


main()
