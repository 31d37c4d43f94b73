"""An authorization service over HTTP: the status decides.

    auth_http.py FOLDER

Listens on a port of 127.0.0.1 that FOLDER/port names once it does, and appends what it is asked to
FOLDER/questions, a JSON object a line. The `authorization` field says what the answer is.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FOLDER = sys.argv[1]
lock = threading.Lock()


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        question = {
            "method": self.command, "path": self.path, "body": body.decode(),
            "fields": [[name.lower(), value] for name, value in self.headers.items()],
        }
        with lock, open(f"{FOLDER}/questions", "a", encoding="utf-8") as file:
            file.write(json.dumps(question) + "\n")
        who = self.headers.get("authorization", "")
        if who == "alice" or (who == "body" and body == b"open sesame"):
            self.answer(200, [
                ("x-user", "alice"), ("set-cookie", "session=1"), ("x-internal", "1")])
        elif who == "nobody":
            self.answer(302, [("location", "https://id.example/login")])
        elif who == "broken":
            self.answer(500, [], b"stack trace")
        elif who == "chatty":
            self.answer(200, [], b"x" * 100_000)
        elif who == "slow":
            threading.Event().wait(30)
        else:
            self.answer(401, [
                ("www-authenticate", 'Basic realm="a"'), ("set-cookie", "a=1"),
                ("set-cookie", "b=2"), ("x-internal", "1")], b"who are you?")

    do_GET = do_POST = do_DELETE = handle_any

    def answer(self, status, fields, body=b""):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
server.daemon_threads = True
with open(f"{FOLDER}/port.new", "w", encoding="utf-8") as file:
    file.write(str(server.server_port))
os.rename(f"{FOLDER}/port.new", f"{FOLDER}/port")
server.serve_forever()
