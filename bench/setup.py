"""What a workload asks of a proxy."""

from dataclasses import dataclass

from certificate import Certificate
from guard import Guard


@dataclass(frozen=True)
class Setup:
    """Only Weir knows chains and route tables; a guard is for Weir and, beside it, for Envoy.

    With a certificate, clients come over TLS. `http2` is what they speak: agreed by ALPN under TLS,
    by prior knowledge without. `grpc` adds HTTP/2 by prior knowledge to the origin.
    """

    workers: int = 1
    chain: bool = False
    routes: int = 1
    clusters: int = 1
    certificate: Certificate | None = None
    http2: bool = False
    grpc: bool = False
    guard: Guard | None = None
