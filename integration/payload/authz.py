#!/usr/bin/env python3
"""authz.py SOCKET RUNTIME...: an authorization plug-in for Docker that lets a container have no runtime but these, or the default.

It denies as well what would start a container without naming a runtime: BuildKit and managed plug-ins. What it can't read it
denies: dockerd sends no body of more than 1 MiB, and reads JSON without regard to case, the last of duplicates counting.
"""
import base64
import http.server
import json
import os
import re
import socketserver
import sys
import urllib.parse

DENIED = re.compile(r"session|grpc|plugins/pull|plugins/create|plugins/.*/(enable|upgrade)")


def pairs(members):
    folded = {key.casefold(): value for key, value in members}
    if len(folded) != len(members):
        raise ValueError("a member stands there twice")
    return folded


def why_not(request, runtimes):
    """What is wrong with a request, or None."""
    method, uri = request["requestmethod"], urllib.parse.urlsplit(request["requesturi"])
    path = re.sub(r"^/*(v[0-9.]+/+)?", "", re.sub(r"/+", "/", urllib.parse.unquote(uri.path)))
    body = base64.b64decode(request.get("requestbody") or "")
    if method != "POST":
        return None
    if DENIED.fullmatch(path) or path == "build" and "2" in urllib.parse.parse_qs(uri.query).get("version", []):
        return f"{path} starts containers that runclamp would not see"
    # Up to API 1.23 a start could carry a HostConfig.
    if path.endswith("/start") and body:
        return "a start with a body"
    if path == "containers/create":
        asked = json.loads(body, object_pairs_hook=pairs)
        runtime = (asked.get("hostconfig") or {}).get("runtime") or ""
        if runtime and runtime not in runtimes:
            return f"the runtime {runtime} is not one of {', '.join(runtimes)}"
    return None


class Plugin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = {"Allow": True}
        if self.path == "/Plugin.Activate":
            answer = {"Implements": ["authz"]}
        elif self.path == "/AuthZPlugin.AuthZReq":
            try:
                reason = why_not(json.loads(text, object_pairs_hook=pairs), sys.argv[2:])
            except (ValueError, KeyError, AttributeError) as error:
                reason = f"the request cannot be read: {error}"
            answer = {"Allow": reason is None, "Msg": reason or ""}
        out = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *args):
        pass

    def address_string(self):
        return "dockerd"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
if os.path.exists(sys.argv[1]):
    os.unlink(sys.argv[1])
with Server(sys.argv[1], Plugin) as server:
    server.serve_forever()
