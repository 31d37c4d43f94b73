"""A service of Envoy's rate limit protocol with Envoy's own messages, until it is killed.

rate_limit_service.py FOLDER: listens on FOLDER/service.sock and writes FOLDER/ready when it does.
It admits three per descriptor, and tells in a field what it was asked.
"""

import sys
from concurrent import futures

import grpc
from envoy.config.core.v3.base_pb2 import HeaderValue
from envoy.service.ratelimit.v3 import rls_pb2, rls_pb2_grpc

LIMIT = 3
Response = rls_pb2.RateLimitResponse


class Service(rls_pb2_grpc.RateLimitServiceServicer):
    def __init__(self):
        self.counts = {}

    def ShouldRateLimit(self, request, context):
        if request.domain == "broken":
            context.abort(grpc.StatusCode.INTERNAL, "out of order")
        response = Response(overall_code=Response.OK)
        seen = [request.domain, str(request.hits_addend)]
        for descriptor in request.descriptors:
            key = ",".join(f"{entry.key}={entry.value}" for entry in descriptor.entries)
            own = descriptor.HasField("hits_addend")
            hits = descriptor.hits_addend.value if own else request.hits_addend
            override = ""
            if descriptor.HasField("limit"):
                override = f"/{descriptor.limit.requests_per_unit}-{descriptor.limit.unit}"
            seen.append(f"{key}*{hits}{override}")
            count = self.counts.get(key, 0) + hits
            status = response.statuses.add(code=Response.OK)
            if count > LIMIT:
                status.code = response.overall_code = Response.OVER_LIMIT
            else:
                self.counts[key] = count
            status.current_limit.requests_per_unit = LIMIT
            status.current_limit.unit = Response.RateLimit.HOUR
            status.limit_remaining = LIMIT - self.counts.get(key, 0)
            status.duration_until_reset.seconds = 1800
        response.response_headers_to_add.extend(
            [
                HeaderValue(key="x-seen", value=" ".join(seen)),
                HeaderValue(key="content-length", value="7"),
                HeaderValue(key="x-split", value="a\r\nx-evil: 1"),
            ]
        )
        response.request_headers_to_add.extend(
            [HeaderValue(key="x-plan", raw_value=b"gold"), HeaderValue(key="host", value="evil")]
        )
        return response


folder = sys.argv[1]
server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
rls_pb2_grpc.add_RateLimitServiceServicer_to_server(Service(), server)
server.add_insecure_port(f"unix:{folder}/service.sock")
server.start()
open(f"{folder}/ready", "w").close()
server.wait_for_termination()
