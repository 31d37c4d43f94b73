"""An identity provider: keys that OpenSSL makes, tokens that PyJWT signs, a key set over HTTP.

    identity_provider.py publish FOLDER KID…        writes FOLDER/jwks.json, making missing keys
    identity_provider.py token FOLDER KID ALG CLAIMS…   prints a token for each JSON of claims
    identity_provider.py serve FOLDER [PORT]        serves it; FOLDER/port names the port

A key's name begins with its kind: `rsa-…`, `ec-…` or `ed-…`. While it serves, FOLDER/calls gets a
line for each request, and FOLDER/delay, if it is there, says how many seconds an answer takes.
"""

import base64
import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives import serialization

KINDS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed": ["-algorithm", "ED25519"],
}


def key_of(folder, kid):
    path = f"{folder}/{kid}.pem"
    if not os.path.exists(path):
        kind = KINDS[kid.split("-")[0]]
        subprocess.run(
            ["openssl", "genpkey", *kind, "-out", path], check=True, capture_output=True)
    with open(path, "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def text(number_or_bytes, size=None):
    value = number_or_bytes
    if isinstance(value, int):
        value = value.to_bytes(size or (value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def jwk_of(folder, kid):
    public = key_of(folder, kid).public_key()
    if kid.startswith("rsa"):
        numbers = public.public_numbers()
        fields = {"kty": "RSA", "n": text(numbers.n), "e": text(numbers.e)}
    elif kid.startswith("ec"):
        numbers = public.public_numbers()
        fields = {
            "kty": "EC", "crv": "P-256", "x": text(numbers.x, 32), "y": text(numbers.y, 32)}
    else:
        raw = public.public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        fields = {"kty": "OKP", "crv": "Ed25519", "x": text(raw)}
    return {**fields, "kid": kid, "use": "sig"}


def publish(folder, *kids):
    keys = {"keys": [jwk_of(folder, kid) for kid in kids]}
    with open(f"{folder}/jwks.new", "w", encoding="utf-8") as file:
        json.dump(keys, file)
    os.rename(f"{folder}/jwks.new", f"{folder}/jwks.json")


def token(folder, kid, algorithm, *claims):
    key = key_of(folder, kid)
    for each in claims:
        print(jwt.encode(json.loads(each), key, algorithm=algorithm, headers={"kid": kid}))


def serve(folder, port="0"):
    class Provider(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            with open(f"{folder}/calls", "a", encoding="utf-8") as file:
                file.write(f"{self.headers['host']} {self.path}\n")
            if os.path.exists(f"{folder}/delay"):
                with open(f"{folder}/delay", encoding="utf-8") as file:
                    time.sleep(float(file.read()))
            found = self.path == "/jwks.json"
            body = b"not here"
            if found:
                with open(f"{folder}/jwks.json", "rb") as file:
                    body = file.read()
            self.send_response(200 if found else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Provider)
    with open(f"{folder}/port.new", "w", encoding="utf-8") as file:
        file.write(str(server.server_port))
    os.rename(f"{folder}/port.new", f"{folder}/port")
    server.serve_forever()


if __name__ == "__main__":
    {"publish": publish, "token": token, "serve": serve}[sys.argv[1]](*sys.argv[2:])
