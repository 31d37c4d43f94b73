"""The certificate that every proxy shows, and what clients offer: one choice of everything.

With one version, one suite and one group on offer, no proxy gets cheaper cryptography than another.
"""

import pathlib
import ssl
import subprocess
from dataclasses import dataclass

HOST = "localhost"
SUITE = "TLS_AES_128_GCM_SHA256"
GROUP = "X25519"


@dataclass(frozen=True)
class Certificate:
    """Self-signed, ECDSA on P-256: `bundle` is the chain and the key in one file."""

    chain: pathlib.Path
    key: pathlib.Path
    bundle: pathlib.Path
    client_settings: pathlib.Path

    @staticmethod
    def make(folder: pathlib.Path) -> "Certificate":
        made = Certificate(*(folder / name for name in (
            "chain.pem", "key.pem", "bundle.pem", "client.cnf")))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "30", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", made.key, "-out", made.chain],
            check=True, capture_output=True)
        made.bundle.write_text(made.chain.read_text() + made.key.read_text())
        made.client_settings.write_text(CLIENT_SETTINGS)
        return made

    def client(self, protocol: str = "") -> ssl.SSLContext:
        """For a client that trusts nothing else and offers this protocol by ALPN, if any."""
        context = ssl.create_default_context(cafile=str(self.chain))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if protocol:
            context.set_alpn_protocols([protocol])
        return context


# For OPENSSL_CONF, as wrk has no flags for these.
CLIENT_SETTINGS = f"""openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = client
[client]
MinProtocol = TLSv1.3
Ciphersuites = {SUITE}
Groups = {GROUP}
"""
