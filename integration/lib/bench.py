"""What the suites that compare containers share: a folder of one run, the runtimes bare and through runclamp, TAP."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

LIB = os.path.dirname(os.path.abspath(__file__))
HERE = os.path.dirname(LIB)
REPO = os.path.dirname(HERE)
KINDS = ("runc", "crun", "runsc")
ARGS = {
    "runc": [],
    "crun": ["--cgroup-manager=disabled"],
    "runsc": ["--platform=" + os.environ.get("RUNSC_PLATFORM", "ptrace"), "--network=none", "--ignore-cgroups"],
}
BARE_ARGS = {"runsc": ["--oci-seccomp"]}  # without it runsc ignores the profile; the shim adds it by itself


def runtime_path(kind):
    path = os.environ.get(kind.upper()) or shutil.which(kind, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    return path if path and os.access(path, os.X_OK) else None


def shim_path():
    return os.environ.get("RUNCLAMP", os.path.join(REPO, "build/runclamp"))


def missing():
    """What TAP says where no container can be started, or None."""
    if os.getuid() != 0 or os.uname().machine != "x86_64":
        return "1..0 # skip needs root on x86-64: run as root"
    if not (runtime_path("runc") or runtime_path("crun")):
        return "1..0 # skip runc and crun are missing: apt-get install runc crun"
    return None


class Bench:
    """The folder of one run, its base config.json, and what it starts containers with."""

    timeout = 30

    def __init__(self, name, place=None):
        self.dir = tempfile.mkdtemp(prefix=f"runclamp-{name}.", dir=place)
        self.lock, self.count = threading.Lock(), 0
        subprocess.run([runtime_path("runc") or runtime_path("crun"), "spec"], cwd=self.dir, check=True)
        with open(self.path("config.json"), encoding="utf-8") as f:
            self.base = json.load(f)
        self.base["ociVersion"] = "1.0.2"
        self.base["process"]["terminal"] = False
        self.base["linux"].pop("seccomp", None)

    def close(self):
        subprocess.run([os.path.join(LIB, "sweep"), os.path.basename(self.dir)], check=False)
        for kind in KINDS:
            root = self.path("root-" + kind)
            listed = os.path.isdir(root) and self.call(kind, ["list"], bare=True)[1]
            for line in (listed or "").splitlines()[1:]:
                self.call(kind, ["delete", "--force", line.split()[0]], bare=True)
        # runsc of 2026 keeps an empty network namespace bound there.
        if os.path.ismount(self.path("root-runsc/null-netns")):
            subprocess.run(["umount", self.path("root-runsc/null-netns")], check=True)
        subprocess.run([os.path.join(LIB, "forget"), self.dir], check=True)
        shutil.rmtree(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def fresh(self):
        """An ID that no other run has; runc names a cgroup by it."""
        with self.lock:
            self.count += 1
            return f"{os.path.basename(self.dir)}-{self.count}"

    def bundle(self, ident, spec):
        """(the bundle's folder, the text of its config.json)"""
        folder, text = self.path("bundle-" + ident), json.dumps(spec)
        os.mkdir(folder, 0o700)
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as f:
            f.write(text)
        return folder, text

    def handler(self, kind, folder, cri=False, **more):
        """The shim's configuration for one bundle; cri: a CRI engine's that runclamp does not know made it."""
        name = "runclamp-" + kind
        with self.lock:
            if not os.path.islink(self.path(name)):
                os.symlink(shim_path(), self.path(name))
        handler = {"runtime": kind, "path": os.path.realpath(runtime_path(kind)), "args": ARGS[kind], **more}
        config = {"level": "standard", "decision_log": self.path("decisions.jsonl"), "handlers": {name: handler}}
        if cri:
            config["engines"] = {"cri": {"bundles": self.dir}}
        path = os.path.join(folder, "runclamp.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)
        return path

    def command(self, kind, words, bare):
        own = [runtime_path(kind)] + ARGS[kind] + BARE_ARGS.get(kind, []) if bare else [self.path("runclamp-" + kind)]
        return [os.path.join(LIB, "enter"), kind] + own + ["--root", self.path("root-" + kind)] + words

    def call(self, kind, words, bare, config=""):
        # A missing floor call can leave runc waiting for good.
        child = subprocess.Popen(self.command(kind, words, bare), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
                                 env={**os.environ, "RUNCLAMP_CONFIG": config})
        try:
            out, err = child.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            out, err = "", f"no end after {self.timeout} s"
        return child.returncode, out, err


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def say(self, good, text, *why):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} {text}")
        for line in "" if good else "\n".join(why).splitlines():
            print(f"# {line}")
        sys.stdout.flush()

    def skip(self, text, why):
        self.count += 1
        print(f"ok {self.count} {text} # skip {why}")
