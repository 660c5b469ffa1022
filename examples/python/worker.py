#!/usr/bin/env python3
"""A worker in Python, with the standard library only: pulls signals and applies events over REST.

  npm start
  OPERATIONS_URL=http://localhost:8080 python3 examples/python/worker.py
On Google Cloud, pull with google-cloud-pubsub instead.
"""

import base64
import json
import os
import socket
import urllib.error
import urllib.request
import uuid

API = os.environ.get("OPERATIONS_URL", "http://localhost:8080")
SUBSCRIPTION = f"{API}/v1/projects/local/subscriptions/operation-signals-local"
METHOD = "example.v1.Words.Count"
WORKER = f"{socket.gethostname()}-{os.getpid()}"


def call(url, body):
    """The answer, or None where the attempt is past (ABORTED)."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=100) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code == 409:
            return None
        raise


def work(url, event, signal):
    try:
        words = len(signal["input"]["value"]["text"].split())
        response = {"@type": "type.googleapis.com/google.protobuf.Struct", "value": {"words": words}}
        call(f"{url}:apply", {**event, "succeeded": {"response": response}})
    except (KeyError, AttributeError) as error:
        status = {"code": 3, "message": f"the input has no text: {error}"}
        call(f"{url}:apply", {**event, "attemptFailed": {"error": status}})


while True:
    for received in call(f"{SUBSCRIPTION}:pull", {"maxMessages": 10}).get("receivedMessages", []):
        signal, ack = json.loads(base64.b64decode(received["message"]["data"])), {"ackIds": [received["ackId"]]}
        if signal["method"] != METHOD:  # For another worker.
            call(f"{SUBSCRIPTION}:modifyAckDeadline", {**ack, "ackDeadlineSeconds": 10})
            continue
        url, attempt = f"{API}/v1/{signal['operation']}", {"attempt": int(signal["attempt"]), "worker": WORKER}
        # Takes the attempt: no other worker works on it until the lease ends. For longer work, the same call renews the lease.
        # Work as short as this does not listen to a CANCEL.
        taken = signal["kind"] != "CANCEL" and call(f"{url}:heartbeat", attempt) is not None
        call(f"{SUBSCRIPTION}:acknowledge", ack)
        if taken:
            work(url, {**attempt, "operation": signal["operation"], "eventId": str(uuid.uuid4())}, signal)
