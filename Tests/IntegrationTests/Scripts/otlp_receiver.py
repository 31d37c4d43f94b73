"""A receiver of OpenTelemetry's protocol, made of the messages of the package opentelemetry-proto.

    otlp_receiver.py http|grpc SOCKET FILE [ANSWER...]

Listens on the Unix socket and appends each span that it takes to FILE as a line of JSON. The first
requests are answered as the ANSWERs say, and not taken: a status with `after=SECONDS` behind it or
not (`503`, `429,after=1`; for gRPC the name of a code), or `reject=COUNT`, which takes the batch
but says that so many of its spans were rejected. Prints `ready` when it listens.
"""

import json
import os
import socketserver
import sys
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler

import grpc
from google.protobuf import duration_pb2, any_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc

lock = threading.Lock()


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    names = [pair.key for pair in pairs]
    assert len(names) == len(set(names)), f"an attribute stands there twice: {names}"
    return {pair.key: value(pair.value) for pair in pairs}


def span_line(resource, scope, span):
    return {
        "resource": resource, "scope": scope.name,
        "trace": span.trace_id.hex(), "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(), "state": span.trace_state, "flags": span.flags,
        "name": span.name, "kind": span.SpanKind.Name(span.kind),
        "start": span.start_time_unix_nano, "end": span.end_time_unix_nano,
        "status": span.status.StatusCode.Name(span.status.code),
        "attributes": attributes(span.attributes),
        "events": [
            {"name": event.name, "time": event.time_unix_nano,
             "attributes": attributes(event.attributes)} for event in span.events],
        "links": [{"trace": link.trace_id.hex(), "span": link.span_id.hex()}
                  for link in span.links],
    }


class Receiver:
    def __init__(self, path, answers):
        self.path = path
        self.answers = list(answers)

    def next_answer(self):
        with lock:
            return self.answers.pop(0) if self.answers else None

    def take(self, request, metadata):
        lines = []
        for group in request.resource_spans:
            resource = attributes(group.resource.attributes)
            for scoped in group.scope_spans:
                lines += [span_line(resource, scoped.scope, span) for span in scoped.spans]
        with lock, open(self.path, "a") as file:
            for line in lines:
                line["token"] = metadata.get("x-token", "")
                file.write(json.dumps(line) + "\n")


def rejecting(answer):
    response = service.ExportTraceServiceResponse()
    response.partial_success.rejected_spans = int(answer.split("=")[1])
    response.partial_success.error_message = "some of these I will not have"
    return response


def serve_http(socket_path, receiver):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = receiver.next_answer()
            status, fields, response = 200, {}, service.ExportTraceServiceResponse()
            if answer and answer.startswith("reject="):
                response = rejecting(answer)
            elif answer:
                number, _, after = answer.partition(",after=")
                status = int(number)
                if after:
                    fields["retry-after"] = after
            if status == 200:
                assert self.path == "/v1/traces", self.path
                assert self.headers["content-type"] == "application/x-protobuf"
                receiver.take(
                    service.ExportTraceServiceRequest.FromString(body), dict(self.headers))
            data = response.SerializeToString() if status == 200 else b""
            self.send_response(status)
            for name, text in fields.items():
                self.send_header(name, text)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def address_string(self):
            return "unix"

        def log_message(self, *_):
            pass

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    server = Server(socket_path, Handler)
    print("ready", flush=True)
    server.serve_forever()


def retry_details(seconds):
    """A google.rpc.Status with RetryInfo, put together by hand: few fields are of interest."""
    delay = duration_pb2.Duration(seconds=seconds).SerializeToString()
    info = any_pb2.Any(
        type_url="type.googleapis.com/google.rpc.RetryInfo",
        value=bytes([0x0A, len(delay)]) + delay).SerializeToString()
    return bytes([0x08, 8, 0x1A, len(info)]) + info


def serve_grpc(socket_path, receiver):
    class Service(rpc.TraceServiceServicer):
        def Export(self, request, context):
            answer = receiver.next_answer()
            if answer and answer.startswith("reject="):
                receiver.take(request, dict(context.invocation_metadata()))
                return rejecting(answer)
            if answer:
                name, _, after = answer.partition(",after=")
                if after:
                    context.set_trailing_metadata(
                        (("grpc-status-details-bin", retry_details(int(after))),))
                context.abort(grpc.StatusCode[name], "not now")
            receiver.take(request, dict(context.invocation_metadata()))
            return service.ExportTraceServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(4))
    rpc.add_TraceServiceServicer_to_server(Service(), server)
    server.add_insecure_port(f"unix:{socket_path}")
    server.start()
    print("ready", flush=True)
    server.wait_for_termination()


def main():
    protocol, socket_path, path, *answers = sys.argv[1:]
    if os.path.exists(socket_path):
        os.unlink(socket_path)
    receiver = Receiver(path, answers)
    {"http": serve_http, "grpc": serve_grpc}[protocol](socket_path, receiver)


main()
