"""A gRPC server, and calls to it of every kind, without generated code: messages are bytes.

    grpc_peer.py HOST:PORT UPSTREAM

Serves at UPSTREAM (`unix:/path`), calls through HOST:PORT, and prints a JSON object with what went
wrong, by case. The gateway has no route for the service `weir.Nowhere`, and nobody listens where it
sends `weir.Down`.
"""

import json
import sys
import threading
import traceback
from concurrent import futures

import grpc

CASES = []
cancelled = threading.Event()


def case(function):
    CASES.append(function)
    return function


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        kinds = {
            "/weir.Test/Unary": grpc.unary_unary_rpc_method_handler(unary),
            "/weir.Test/Fail": grpc.unary_unary_rpc_method_handler(fail),
            "/weir.Test/Count": grpc.unary_stream_rpc_method_handler(count),
            "/weir.Test/Sum": grpc.stream_unary_rpc_method_handler(total),
            "/weir.Test/Chat": grpc.stream_stream_rpc_method_handler(chat),
            "/weir.Test/Wait": grpc.unary_unary_rpc_method_handler(wait),
            "/weir.Test/Stall": grpc.unary_stream_rpc_method_handler(stall),
        }
        return kinds.get(details.method)


def unary(request, context):
    given = {key: value for key, value in context.invocation_metadata()}
    context.send_initial_metadata((
        ("x-initial", given.get("x-ask", "none")), ("x-bytes-bin", given.get("x-ask-bin", b""))))
    context.set_trailing_metadata((("x-last", str(len(request))), ("x-last-bin", b"\0\xff")))
    return request[::-1]


def fail(request, context):
    context.set_trailing_metadata((("x-why", "because"),))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now: 100% \u00fc")


def count(request, context):
    for number in range(int(request)):
        yield str(number).encode()


def total(requests, context):
    return str(sum(int(each) for each in requests)).encode()


def chat(requests, context):
    for each in requests:
        yield each.upper()


def wait(request, context):
    done = threading.Event()
    context.add_callback(done.set)
    done.wait(20)
    return b""


def stall(request, context):
    context.add_callback(cancelled.set)
    yield b"first"
    cancelled.wait(20)


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def error_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call did not fail")


@case
def unary_calls(channel):
    call = channel.unary_unary("/weir.Test/Unary")
    for size in (0, 1, 1000, 100000):
        message = bytes(range(256)) * (size // 256 + 1)
        equal(call(message[:size], timeout=10), message[:size][::-1])


@case
def metadata_and_trailers(channel):
    call = channel.unary_unary("/weir.Test/Unary")
    answer, state = call.with_call(
        b"abc", metadata=(("x-ask", "this"), ("x-ask-bin", b"\1\2")), timeout=10)
    equal(answer, b"cba")
    initial, last = dict(state.initial_metadata()), dict(state.trailing_metadata())
    equal((initial["x-initial"], initial["x-bytes-bin"]), ("this", b"\1\2"))
    equal((last["x-last"], last["x-last-bin"]), ("3", b"\0\xff"))


@case
def server_streaming(channel):
    call = channel.unary_stream("/weir.Test/Count")
    equal([int(each) for each in call(b"500", timeout=10)], list(range(500)))


@case
def client_streaming(channel):
    call = channel.stream_unary("/weir.Test/Sum")
    equal(call((str(n).encode() for n in range(500)), timeout=10), b"124750")


@case
def both_streaming(channel):
    """Each message is sent after the answer to the one before."""
    call = channel.stream_stream("/weir.Test/Chat")
    permits = threading.Semaphore(1)

    def messages():
        for number in range(100):
            permits.acquire()
            yield f"message {number}".encode()

    got = []
    for answer in call(messages(), timeout=10):
        got.append(answer)
        permits.release()
    equal(got, [f"MESSAGE {n}".encode() for n in range(100)])


@case
def large_messages(channel):
    message = bytes(range(256)) * (8 << 12)
    equal(channel.unary_unary("/weir.Test/Unary")(message, timeout=20), message[::-1])


@case
def many_calls_at_once(channel):
    call = channel.unary_unary("/weir.Test/Unary")
    pending = [call.future(str(n).encode(), timeout=10) for n in range(300)]
    equal([each.result() for each in pending], [str(n)[::-1].encode() for n in range(300)])


@case
def errors_of_the_server(channel):
    error = error_of(lambda: channel.unary_unary("/weir.Test/Fail")(b"", timeout=10))
    equal(error.code(), grpc.StatusCode.FAILED_PRECONDITION)
    equal(error.details(), "not now: 100% \u00fc")
    equal(dict(error.trailing_metadata())["x-why"], "because")
    error = error_of(lambda: channel.unary_unary("/weir.Test/None")(b"", timeout=10))
    equal(error.code(), grpc.StatusCode.UNIMPLEMENTED)


@case
def no_route(channel):
    error = error_of(lambda: channel.unary_unary("/weir.Nowhere/Call")(b"", timeout=10))
    equal((error.code(), error.details()), (grpc.StatusCode.UNIMPLEMENTED, "no_route"))


@case
def upstream_down(channel):
    error = error_of(lambda: channel.unary_unary("/weir.Down/Call")(b"", timeout=10))
    equal((error.code(), error.details()), (grpc.StatusCode.UNAVAILABLE, "connect_failed"))


@case
def deadlines(channel):
    error = error_of(lambda: channel.unary_unary("/weir.Test/Wait")(b"", timeout=0.3))
    equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


@case
def cancels(channel):
    cancelled.clear()
    answers = channel.unary_stream("/weir.Test/Stall")(b"", timeout=10)
    equal(next(answers), b"first")
    answers.cancel()
    assert cancelled.wait(10), "the server did not learn of it"


def compressed(address):
    """Messages that both ends compress pass as they are."""
    options = [("grpc.default_compression_algorithm", 2)]
    with grpc.insecure_channel(address, options=options) as channel:
        message = b"a" * 100000
        equal(channel.unary_unary("/weir.Test/Unary")(
            message, timeout=10, compression=grpc.Compression.Gzip), message)


def main():
    address, upstream = sys.argv[1:3]
    options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_message_length", 64 << 20)]
    server = grpc.server(
        futures.ThreadPoolExecutor(32), handlers=[Handler()], options=options,
        compression=grpc.Compression.Gzip)
    server.add_insecure_port(upstream)
    server.start()
    failures = {}
    with grpc.insecure_channel(address, options=options) as channel:
        cases = [(each.__name__, lambda each=each: each(channel)) for each in CASES]
        cases.append(("compressed", lambda: compressed(address)))
        for name, run in cases:
            try:
                run()
            except Exception as error:
                lines = [place.lineno for place in traceback.extract_tb(error.__traceback__)]
                failures[name] = f"{type(error).__name__}: {error} (lines {lines})"[:500]
    server.stop(None)
    print(json.dumps({"count": len(CASES) + 1, "failures": failures}))


main()
