"""Who asks in the guarded workload: a signed token, and the keys that verify it."""

import base64
import json
import pathlib
import subprocess
from dataclasses import dataclass

ISSUER = "https://id.bench.example"
AUDIENCE = "bench"
CLIENT = "bench-client"
ROLE = "reader"


@dataclass(frozen=True)
class Guard:
    """One token signed with ES256, which the load shows again and again, and its key set."""

    token: str
    jwks: pathlib.Path

    @staticmethod
    def make(folder: pathlib.Path) -> "Guard":
        key = folder / "signing.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout",
                        "-out", key], check=True, capture_output=True)
        point = subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-outform", "DER"],
                               check=True, capture_output=True).stdout[-64:]
        jwks = folder / "jwks.json"
        jwks.write_text(json.dumps({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "bench",
            "x": encoded(point[:32]), "y": encoded(point[32:])}]}))
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": CLIENT, "role": ROLE,
                  "iat": 1_700_000_000, "exp": 4_000_000_000}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (
            {"alg": "ES256", "typ": "JWT", "kid": "bench"}, claims))
        return Guard(f"{signed}.{encoded(signature(key, signed.encode()))}", jwks)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {self.token}"),)


def signature(key: pathlib.Path, data: bytes) -> bytes:
    """The two numbers of an ECDSA signature, 32 bytes each, out of OpenSSL's DER."""
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=data, check=True,
                         capture_output=True).stdout
    numbers, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2:at + 2 + length][-32:].rjust(32, b"\0")
        at += 2 + length
    return numbers


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
