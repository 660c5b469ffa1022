"""Pub/Sub over gRPC in Python, for a test that tells it what to call.

Lines of JSON come on the standard input and answers go to the standard output. The stubs are those that protoc makes of
Google's published .proto files, in the folder that is the second argument.
"""

import json
import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

HOST, GENERATED = sys.argv[1:]
sys.path.insert(0, GENERATED)
# Debian's protobuf has a package `google` too: here both are one.
import google  # noqa: E402

google.__path__.append(f"{GENERATED}/google")

import grpc  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from google.pubsub.v1 import pubsub_pb2, pubsub_pb2_grpc  # noqa: E402

channel = grpc.insecure_channel(HOST)
stubs = {
    "Publisher": pubsub_pb2_grpc.PublisherStub(channel),
    "Subscriber": pubsub_pb2_grpc.SubscriberStub(channel),
}
services = pubsub_pb2.DESCRIPTOR.services_by_name
writing = threading.Lock()
# google.rpc.Code of what fails before it is sent.
UNKNOWN = 2
requests = {}
calls = {}


def say(**line):
    with writing:
        print(json.dumps(line), flush=True)


def request_of(method, fields):
    service, name = method.split(".")
    kind = services[service].methods_by_name[name].input_type.name
    return json_format.ParseDict(fields, getattr(pubsub_pb2, kind)())


def call(number, method, fields):
    service, name = method.split(".")
    try:
        answer = getattr(stubs[service], name)(request_of(method, fields), timeout=60)
        say(id=number, answer=json_format.MessageToDict(answer))
    except grpc.RpcError as error:
        say(id=number, code=error.code().value[0], message=error.details())
    except Exception as error:
        say(id=number, code=UNKNOWN, message=repr(error))


def stream(number, fields):
    sent = requests[number] = queue.Queue()
    sent.put(request_of("Subscriber.StreamingPull", fields))
    responses = calls[number] = stubs["Subscriber"].StreamingPull(iter(sent.get, None))

    def receive():
        try:
            for response in responses:
                say(id=number, answer=json_format.MessageToDict(response))
            say(id=number, code=0, message="")
        except grpc.RpcError as error:
            say(id=number, code=error.code().value[0], message=error.details())

    threading.Thread(target=receive, daemon=True).start()


with ThreadPoolExecutor(32) as pool:
    for line in sys.stdin:
        command = json.loads(line)
        number, fields = command["id"], command.get("request")
        if command["do"] == "call":
            pool.submit(call, number, command["method"], fields)
        elif command["do"] == "open":
            stream(number, fields)
        elif command["do"] == "send":
            requests[number].put(request_of("Subscriber.StreamingPull", fields))
        else:
            calls[number].cancel()
    for responses in calls.values():
        responses.cancel()
channel.close()
