"""What the cases of combine.py play with."""

from peers import *

CASES = []
PATTERN = bytes(range(256)) * 256


def case(function):
    CASES.append(function)
    return function


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


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def again(world, client):
    """The connection, and what is behind it, go on."""
    stream = client.ask(path="/again")
    asked = world.origin.accept()
    equal(asked.head.path, "/again")
    asked.reply(b"again")
    equal(stream.head().status, 200)
    equal(stream.rest(), b"again")
