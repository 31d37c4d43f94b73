"""Holds idle connections with TLS, and says what each costs the gateway.

    idle.py PROTOCOL HOST:PORT PID COUNT BOUND

PROTOCOL is `http/1.1` or `h2`; each connection makes a request for `/` first. Prints the growth
of the gateway's memory in bytes a connection, as soon as it is below BOUND, or after some seconds.
"""

import socket
import ssl
import sys
import time

import h2.config
import h2.connection
import h2.events

from wire import parse_address


def context(protocol):
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.set_alpn_protocols([protocol])
    return made


def ask_http1(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    received = b""
    while not received.endswith(b"\r\n\r\nok"):
        received += connection.recv(4096)


def ask_http2(connection):
    codec = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    codec.initiate_connection()
    fields = [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "localhost")]
    codec.send_headers(1, fields, end_stream=True)
    connection.sendall(codec.data_to_send())
    while True:
        events = codec.receive_data(connection.recv(65536))
        connection.sendall(codec.data_to_send())
        if any(isinstance(event, h2.events.StreamEnded) for event in events):
            return


def memory(pid):
    with open(f"/proc/{pid}/smaps_rollup") as text:
        return next(int(line.split()[1]) for line in text if line.startswith("Pss_Anon:")) * 1024


def main():
    protocol, address, pid, count, bound = sys.argv[1:6]
    address, count, bound = parse_address(address), int(count), int(bound)
    secure = context(protocol)
    held = []

    def connect(number):
        for _ in range(number):
            connection = secure.wrap_socket(socket.create_connection(address))
            assert connection.selected_alpn_protocol() == protocol
            (ask_http2 if protocol == "h2" else ask_http1)(connection)
            held.append(connection)

    # What the first connections make the gateway allocate stays.
    connect(50)
    before = memory(pid)
    connect(count)
    for _ in range(100):
        each = (memory(pid) - before) // count
        if each < bound:
            break
        time.sleep(0.1)
    print(each)


main()
