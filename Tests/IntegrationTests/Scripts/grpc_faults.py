"""Calls with the gRPC library that the gateway makes fail; prints the outcomes as JSON, by method.

    grpc_faults.py HOST:PORT METHOD...
"""

import json
import sys

import grpc


def outcome(channel, method):
    call = channel.unary_unary(f"/weir.Fault/{method}")
    try:
        call(b"x", timeout=30)
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


with grpc.insecure_channel(sys.argv[1]) as channel:
    print(json.dumps({method: outcome(channel, method) for method in sys.argv[2:]}))
