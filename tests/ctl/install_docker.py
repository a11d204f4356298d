#!/usr/bin/env python3
"""install_docker.py CLAMPCTL FOLDER: `clampctl install docker` on daemon.json files of every shape, held against Python's own JSON.

Prints a line for each case, `0|NAME` or `1|NAME|WHY`. FOLDER holds a node's root as `--root` wants it.
"""
import json
import os
import shutil
import subprocess
import sys

CTL, ROOT = sys.argv[1:3]
FILE = os.path.join(ROOT, "etc/docker/daemon.json")
STATE = os.path.join(ROOT, "var/lib/runclamp")
PATH = "/usr/local/bin/runclamp"

# A name, and the bytes. What it means says Python.
TAKEN = {
    "an empty object": b"{}\n",
    "an empty object with blanks": b"{ \n }",
    "one member": b'{\n  "debug": true\n}\n',
    "no newline at the end": b'{\n  "debug": true\n}',
    "four blanks": b'{\n    "debug": true,\n    "log-opts": {\n        "max-size": "1m"\n    }\n}\n',
    "tabs": b'{\n\t"debug": true,\n\t"hosts": ["a", "b"]\n}\n',
    "CRLF": b'{\r\n  "debug": true,\r\n  "live-restore": false\r\n}\r\n',
    "one line": b'{"debug": true, "mtu": 1400}',
    "one line, no blanks": b'{"debug":true,"mtu":1400}\n',
    "a number as only it is spelled": b'{"mtu": 1.40e3, "x": 18446744073709551616, "y": -0.0}\n',
    "escapes": b'{"a\\u0062c": "\\/\\u00e9\\ud83d\\ude00\xc3\xa9"}\n',
    "runtimes with another": b'{\n  "runtimes": {\n    "crun": {\n      "path": "/usr/bin/crun"\n    }\n  },\n  "debug": true\n}\n',
    "runtimes in one line": b'{\n  "runtimes": {"crun": {"path": "/usr/bin/crun"}}\n}\n',
    "runtimes, empty": b'{\n  "runtimes": {},\n  "debug": true\n}\n',
    "runtimes, empty, with blanks": b'{\n  "runtimes": {\n  }\n}\n',
    "ours, elsewhere": b'{"runtimes": {"runclamp": {"path": "/opt/runclamp", "runtimeArgs": ["--debug"]}}}\n',
    "ours, without a path": b'{"runtimes": {"runclamp": {}}}\n',
    "a key that is escaped": b'{"runt\\u0069mes": {"cr\\u0075n": {"path": "/usr/bin/crun"}}}\n',
    "another default": b'{\n  "default-runtime": "crun",\n  "runtimes": {"crun": {"path": "/usr/bin/crun"}}\n}\n',
    "first on the brace's line": b'{ "debug": true,\n  "mtu": 1400 }\n',
    "nested deep": b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    "huge": b"{\n" + b"".join(b'  "label%d": "%s",\n' % (i, b"v" * 80) for i in range(20000)) + b'  "debug": true\n}\n',
}
REFUSED = {
    "a comment": (b'{\n  // mine\n  "debug": true\n}\n', "line 2, column 3"),
    "a trailing comma": (b'{"debug": true,}', "a comma with nothing behind it"),
    "cut off": (b'{"debug": ', "ends too early"),
    "something behind it": (b'{} {}', "behind the document"),
    "a byte-order mark": (b'\xef\xbb\xbf{"debug": true}\n', "byte-order mark"),
    "no object": (b'[1]\n', "no JSON object"),
    "runtimes is a list": (b'{"runtimes": []}', '"runtimes" is no object'),
    "runtimes is null": (b'{"runtimes": null}', '"runtimes" is no object'),
    "ours is a string": (b'{"runtimes": {"runclamp": "/x"}}', "is no object"),
    "ours is a shim": (b'{"runtimes": {"runclamp": {"runtimeType": "io.containerd.x.v1"}}}', "runtimeType"),
    "runtimes twice": (b'{"runtimes": {}, "runtimes": {}}', '"runtimes" stands there twice'),
    "ours twice": (b'{"runtimes": {"runclamp": {}, "runclamp": {}}}', '"runclamp" stands there twice'),
    "path twice": (b'{"runtimes": {"runclamp": {"path": "a", "path": "b"}}}', '"path" stands there twice'),
    "the default twice": (b'{"default-runtime": "a", "default-runtime": "b"}', '"default-runtime" stands there twice'),
    "another spelling": (b'{"Runtimes": {}}', "lower case"),
    "not UTF-8": (b'{"a": "\xff"}', "not JSON"),
    "a NUL byte": (b'{"a": "\x00"}', "NUL"),
}
# Byte for byte: what a person would have written in this style.
LOOKS = {
    "an empty object": b'{\n  "runtimes": {\n    "runclamp": {\n      "path": "%s"\n    }\n  }\n}\n',
    "tabs": b'{\n\t"debug": true,\n\t"hosts": ["a", "b"],\n\t"runtimes": {\n\t\t"runclamp": {\n\t\t\t"path": "%s"\n\t\t}\n\t}\n}\n',
    "CRLF": b'{\r\n  "debug": true,\r\n  "live-restore": false,\r\n  "runtimes": {\r\n    "runclamp": {\r\n      "path": "%s"\r\n    }\r\n  }\r\n}\r\n',
    "one line": b'{"debug": true, "mtu": 1400, "runtimes": {"runclamp": {"path": "%s"}}}',
    "one line, no blanks": b'{"debug":true,"mtu":1400,"runtimes":{"runclamp":{"path":"%s"}}}\n',
    "runtimes with another": b'{\n  "runtimes": {\n    "crun": {\n      "path": "/usr/bin/crun"\n    },\n    "runclamp": {\n      "path": "%s"\n    }\n  },\n  "debug": true\n}\n',
    "runtimes in one line": b'{\n  "runtimes": {"crun": {"path": "/usr/bin/crun"}, "runclamp": {"path": "%s"}}\n}\n',
    "runtimes, empty": b'{\n  "runtimes": {\n    "runclamp": {\n      "path": "%s"\n    }\n  },\n  "debug": true\n}\n',
    "ours, elsewhere": b'{"runtimes": {"runclamp": {"path": "%s", "runtimeArgs": ["--debug"]}}}\n',
}


def ctl(*words):
    done = subprocess.run([CTL, *words, "--root", ROOT], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def read():
    with open(FILE, "rb") as file:
        return file.read()


def write(text):
    os.makedirs(os.path.dirname(FILE), exist_ok=True)
    with open(FILE, "wb") as file:
        file.write(text)


def fresh(text):
    shutil.rmtree(STATE, ignore_errors=True)
    write(text)


def wanted(text, default):
    value = json.loads(text)
    value.setdefault("runtimes", {}).setdefault("runclamp", {})["path"] = PATH
    if default:
        value["default-runtime"] = "runclamp"
    return value


def install(text, default=False):
    """None, or what was wrong: the meaning, twice, the diff, and back again."""
    fresh(text)
    words = ["install", "docker"] + ["--set-default"] * default
    code, diff, err = ctl(*words, "--dry-run")
    if code or read() != text or os.path.exists(STATE):
        return f"--dry-run: {code}, {err or 'it changed something'}"
    code, _, err = ctl(*words)
    new = read()
    if code:
        return err
    if json.loads(new) != wanted(text, default):
        return f"means {new[:300]}"
    if new != text and b"\r" not in text:
        patched = subprocess.run(["patch", "-s", "-o", "-", FILE + ".old"], input=diff, capture_output=True, text=True, check=False) \
            if put(FILE + ".old", text) else None
        if patched.stdout.encode() != new:
            return f"the diff makes {patched.stdout[:300]} {patched.stderr}"
    before = os.stat(FILE)
    code, _, err = ctl(*words)
    if code or read() != new or os.stat(FILE).st_ino != before.st_ino:
        return f"the second time: {code} {err}"
    code, _, err = ctl("uninstall", "docker")
    if code or read() != text:
        return f"uninstall left {read()[:300]} {err}"
    return None if not os.path.exists(os.path.join(STATE, "install.json")) else "its state is still there"


def put(path, text):
    with open(path, "wb") as file:
        file.write(text)
    return True


def edited(text):
    """Somebody wrote to the file meanwhile: only ours goes, and his stays."""
    fresh(text)
    ctl("install", "docker", "--set-default")
    value = json.loads(read())
    value["added-by-hand"] = [1, 2]
    write(json.dumps(value, indent=2).encode())
    code, _, err = ctl("uninstall", "docker")
    left, want = json.loads(read()), json.loads(text)
    want["added-by-hand"] = [1, 2]
    want.get("runtimes", {}).pop("runclamp", None)
    return None if code == 0 and left == want else f"{left} {err}"


def spliced(text):
    """Without its state it takes out what it finds, and leaves every other byte."""
    fresh(text)
    ctl("install", "docker")
    shutil.rmtree(STATE)
    code, _, err = ctl("uninstall", "docker")
    if code:
        return err
    want = json.loads(text)
    want.get("runtimes", {}).pop("runclamp", None)
    if not want.get("runtimes", True):
        want.pop("runtimes")
    got = json.loads(read())
    if got != want:
        return f"means {read()[:300]}"
    same = json.loads(text).get("runtimes", {"": 0}) and "runclamp" not in json.loads(text).get("runtimes", {}) and json.loads(text)
    return None if not same or read() == text else f"bytes: {read()[:300]}"


def refused(text, why):
    fresh(text)
    code, out, err = ctl("install", "docker")
    if code != 2 or out or read() != text or os.path.exists(os.path.join(STATE, "install.json")):
        return f"{code} {out} {err}"
    return None if why in err and FILE.removeprefix(ROOT) in err and err.count("\n") == 1 else err


def report(name, wrong):
    print(f"1|{name}|{wrong!r}" if wrong else f"0|{name}", flush=True)


def main():
    for name, text in TAKEN.items():
        report(f"install docker: {name}", install(text))
        report(f"install docker --set-default: {name}", install(text, True))
        if name != "huge":
            report(f"uninstall docker, edited since: {name}", edited(text))
            report(f"uninstall docker without a state: {name}", spliced(text))
    for name, look in LOOKS.items():
        fresh(TAKEN[name])
        ctl("install", "docker")
        report(f"install docker, the style of: {name}", None if read() == look % PATH.encode() else read())
    for name, (text, why) in REFUSED.items():
        report(f"install docker refuses: {name}", refused(text, why))


if __name__ == "__main__":
    main()
