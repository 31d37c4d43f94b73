"""An authorization service that speaks Envoy's ext_authz, built on Envoy's published messages.

    auth_grpc.py FOLDER

Listens on the Unix socket FOLDER/socket, makes FOLDER/ready once it does, and appends what it is
asked to FOLDER/questions, a JSON object a line. The `authorization` field says what the answer is.
"""

import json
import sys
import threading
from concurrent import futures

import grpc
from envoy.config.core.v3 import base_pb2
from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc
from envoy.type.v3 import http_status_pb2
from google.protobuf import json_format, struct_pb2, wrappers_pb2
from google.rpc import status_pb2

FOLDER = sys.argv[1]
ACTIONS = base_pb2.HeaderValueOption.HeaderAppendAction
lock = threading.Lock()


def field(name, value, append=None, action=None):
    option = base_pb2.HeaderValueOption(header=base_pb2.HeaderValue(key=name, value=value))
    if append is not None:
        option.append.CopyFrom(wrappers_pb2.BoolValue(value=append))
    if action is not None:
        option.append_action = action
    return option


def consent(who):
    metadata = struct_pb2.Struct()
    metadata.update({"tier": "gold", "roles": ["a", "b"]})
    return external_auth_pb2.CheckResponse(
        status=status_pb2.Status(code=0),
        dynamic_metadata=metadata,
        ok_response=external_auth_pb2.OkHttpResponse(
            headers=[
                field("x-user", who), field("x-list", "2", append=True),
                field("x-kept", "no", action=ACTIONS.Value("ADD_IF_ABSENT")),
                field("content-length", "9999"), field(":path", "/secret"),
            ],
            headers_to_remove=["x-secret", "host"],
            response_headers_to_add=[field("x-session", "1")],
            query_parameters_to_set=[base_pb2.QueryParameter(key="user", value=who)],
            query_parameters_to_remove=["token"]))


def refusal():
    return external_auth_pb2.CheckResponse(
        status=status_pb2.Status(code=16, message="unauthenticated"),
        denied_response=external_auth_pb2.DeniedHttpResponse(
            status=http_status_pb2.HttpStatus(code=http_status_pb2.Unauthorized),
            headers=[field("www-authenticate", "Bearer")], body="who are you?"))


class Authorization(external_auth_pb2_grpc.AuthorizationServicer):
    def Check(self, request, context):
        question = json_format.MessageToDict(request, preserving_proto_field_name=True)
        question["unknown"] = len(request.SerializeToString()) != len(
            external_auth_pb2.CheckRequest.FromString(request.SerializeToString())
            .SerializeToString())
        question["left"] = context.time_remaining()
        with lock, open(f"{FOLDER}/questions", "a", encoding="utf-8") as file:
            file.write(json.dumps(question) + "\n")
        http = request.attributes.request.http
        who = http.headers.get("authorization", "")
        if who == "alice" or (who == "body" and http.body == "open sesame"):
            return consent("alice")
        if who == "broken":
            context.abort(grpc.StatusCode.INTERNAL, "stack trace")
        if who == "slow":
            threading.Event().wait(5)
        if who == "plain":
            return external_auth_pb2.CheckResponse(status=status_pb2.Status(code=7))
        return refusal()


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
external_auth_pb2_grpc.add_AuthorizationServicer_to_server(Authorization(), server)
server.add_insecure_port(f"unix:{FOLDER}/socket")
server.start()
with open(f"{FOLDER}/ready", "w", encoding="utf-8"):
    pass
server.wait_for_termination()
