"""The differential suite's containers: images, programs, recordings, and one container bare and through runclamp."""
import fcntl
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import termios
import threading

import bench as common
from bench import HERE, REPO, runtime_path

TABLES = os.path.join(HERE, "differential.d")
USER = 1000
# What an exec'd program's container runs meanwhile.
WAITS = ["/payload/busybox", "sleep", "120"]
# The programs that engines put in front of an image's, as their bundles have them.
INITS = {"docker": ("/sbin/docker-init", "/usr/bin/docker-init", "docker.io"),
         "podman": ("/run/podman-init", "/usr/bin/catatonit", "catatonit")}
# The folders of a container that can be written to, as in an engine's --read-only with --tmpfs.
SCRATCH = ("/tmp", "/run", "/var/tmp")
# Runtimes' lines that hold a time or a number of their own.
NOISE = [(r'time="[^"]*"', "time"), (r"\b20\d\d-\d\d-\d\dT\S*", "time"), (r"\bpid \d+", "pid")]


class Bench(common.Bench):
    timeout = 90

    def __init__(self, profiles):
        super().__init__("differential", "/var/tmp")
        os.chmod(self.dir, 0o755)
        self.profiles = {name: self.profile(row) for name, row in profiles.items()}
        self.lacks, self.images, self.needs, self.locks = {}, {}, {}, {}

    def prepare(self, programs):
        os.mkdir(self.path("payload"))
        self.build({words for p in programs.values() for words in re.findall(r"/payload/([\w.-]+)", p["run"])})
        for image in sorted({p.get("image", "bookworm") for p in programs.values()} | {"bookworm"}):
            self.images[image] = self.image(image)
        self.base["process"].pop("rlimits", None)
        self.base["process"]["env"] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TERM=dumb"]
        self.base["mounts"] += [
            {"destination": "/payload", "type": "bind", "source": self.path("payload"), "options": ["rbind", "ro"]},
            *({"destination": d, "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777", "dev"]} for d in SCRATCH)]

    def close(self):
        for name in os.listdir(self.dir):
            if name.startswith("writable-"):
                subprocess.run(["umount", self.path(name + "/root")], check=False)
        super().close()

    @staticmethod
    def profile(row):
        """(linux.seccomp or None, the capabilities) that an engine gives a container."""
        source = row["golden"] if "golden" in row else row.get("capabilities", "docker28-default")
        with open(os.path.join(REPO, "tests/golden/bundles", source, "config.json"), encoding="utf-8") as f:
            bundle = json.load(f)
        section = bundle["linux"].get("seccomp")
        if "file" in row:
            with open(os.path.join(TABLES, row["file"]), encoding="utf-8") as f:
                section = json.load(f)
        return (section if "none" not in row else None), bundle["process"]["capabilities"]

    def image(self, name):
        out = subprocess.run([os.path.join(HERE, "suites"), "image-" + name], stdout=subprocess.PIPE, text=True, check=True).stdout
        words = out.split(None, 2)
        return words[2].split()[0] if words and words[0] == "image" else None

    def build(self, names):
        """The programs that are compiled, and the scripts. What can't be built is in `lacks`, with what it takes."""
        payload, source = self.path("payload"), os.path.join(TABLES, "works.c")
        static = ["-static", "-pthread", source, "-o"]
        made = {
            "works": ("gcc", "gcc", ["gcc", "-O1", *static]),
            "works-dynamic": ("gcc", "gcc", ["gcc", "-O1", "-pthread", source, "-o"]),
            "works-musl": ("musl-gcc", "musl-tools", ["musl-gcc", "-O1", *static]),
            "works-musl-dynamic": ("musl-gcc", "musl-tools",
                                   ["musl-gcc", "-O1", "-Wl,-dynamic-linker=/payload/ld-musl", source, "-o"]),
            "works-go": ("go", "golang-go", ["go", "build", "-o"]),
        }
        for name in sorted(names):
            path = os.path.join(payload, name)
            if name in made:
                tool, package, command = made[name]
                if not shutil.which(tool):
                    self.lacks[name] = f"{tool} is missing: apt-get install {package}"
                    continue
                words = command + [path] + ([os.path.join(TABLES, "works.go")] if tool == "go" else [])
                subprocess.run(words, check=True, cwd=self.dir, env={**os.environ, "CGO_ENABLED": "0", "GO111MODULE": "off"})
            elif os.path.exists(os.path.join(TABLES, name)):
                shutil.copy(os.path.join(TABLES, name), path)
        self.copies(names)

    def copies(self, names):
        payload = self.path("payload")
        shutil.copy(shutil.which("busybox"), os.path.join(payload, "busybox"))
        subprocess.run([os.path.join(HERE, "payload/build"), os.path.join(payload, "call")], check=True)
        if os.path.exists("/lib/ld-musl-x86_64.so.1"):
            shutil.copy("/lib/ld-musl-x86_64.so.1", os.path.join(payload, "ld-musl"))
        for name in names & {"works-setuid", "works-caps"}:
            path = os.path.join(payload, name)
            subprocess.run(["gcc", "-O1", "-static", "-pthread", os.path.join(TABLES, "works.c"), "-o", path], check=True)
            if name == "works-setuid":
                os.chmod(path, 0o4755)
            else:
                subprocess.run(["setcap", "cap_net_bind_service,cap_net_raw=ep", path], check=True)

    def missing(self, case):
        """Why a case can't be run here, or None."""
        names = re.findall(r"/payload/([\w.-]+)", case.program["run"])
        for name in names:
            if name in self.lacks:
                return self.lacks[name]
        if self.images[case.program.get("image", "bookworm")] is None:
            return f"an image is missing: run integration/suites image-{case.program.get('image', 'bookworm')}"
        init = INITS.get(case.program.get("init"))
        if init and not os.path.exists(init[1]):
            return f"{init[1]} is missing: apt-get install {init[2]}"
        return None

    def argv(self, case):
        words = shlex.split(case.program["run"])
        init = INITS.get(case.program.get("init"))
        return [init[0], "--"] + words if init and case.way == "run" else words

    def process(self, case, argv):
        caps = {k: list(v) for k, v in self.profiles[case.profile][1].items()}
        user = {"uid": 0, "gid": 0, "additionalGids": [0, 10]}
        if case.user == "user":
            user = {"uid": USER, "gid": USER, "additionalGids": [100]}
            caps = {"bounding": caps["bounding"]}
        return {**self.base["process"], "args": argv, "user": user, "capabilities": caps,
                "noNewPrivileges": case.nnp == "nnp", "oomScoreAdj": 100,
                "terminal": "tty" in case.program.get("set", "")}

    def spec(self, case, ident):
        spec = json.loads(json.dumps(self.base))
        spec["process"] = self.process(case, self.argv(case) if case.way == "run" else WAITS)
        if case.way != "run":
            spec["process"]["terminal"] = False
        spec["root"] = {"path": self.images[case.program.get("image", "bookworm")], "readonly": True}
        if self.profiles[case.profile][0]:
            spec["linux"]["seccomp"] = self.profiles[case.profile][0]
        init = INITS.get(case.program.get("init"))
        if init:
            spec["mounts"].append({"destination": init[0], "type": "bind", "source": init[1], "options": ["bind", "ro"]})
        for word in case.program.get("set", "").split():
            getattr(self, "set_" + word)(spec, ident)
        if case.needs == "declared":
            spec["annotations"] = {"io.runclamp.syscalls": " ".join(sorted(self.recorded(case)))}
        return spec

    def set_tty(self, spec, ident):
        pass

    def set_cpus(self, spec, ident):
        spec["linux"].setdefault("resources", {})["cpu"] = {"quota": 50000, "period": 100000}

    def set_pids(self, spec, ident):
        spec["linux"].setdefault("resources", {})["pids"] = {"limit": 40}

    def set_userns(self, spec, ident):
        spec["linux"]["namespaces"].append({"type": "user"})
        spec["linux"]["uidMappings"] = spec["linux"]["gidMappings"] = [{"containerID": 0, "hostID": 200000, "size": 65536}]
        spec["mounts"] = [m for m in spec["mounts"] if m["type"] != "cgroup"]

    def set_umask(self, spec, ident):
        spec["process"]["user"]["umask"] = 0o77

    def set_writable(self, spec, ident):
        place = self.path("writable-" + ident)
        for sub in ("upper", "work", "root"):
            os.makedirs(os.path.join(place, sub))
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={spec['root']['path']},upperdir={place}/upper,"
                        f"workdir={place}/work", f"{place}/root"], check=True)
        spec["root"] = {"path": f"{place}/root", "readonly": False}

    # What a program calls.

    def recorded(self, case):
        key = (case.values[1], case.user)
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.needs:
                names = set(case.program.get("also", "").split())
                for _ in range(int(case.program.get("records", "1"))):
                    names |= self.record(case, shlex.split(case.program["run"]), case.user)
                self.needs[key] = names
        return self.needs[key] | ({"nanosleep", "clock_nanosleep"} | self.waiting(case) if case.way != "run" else set())

    def waiting(self, case):
        """What the container's own process calls, into which the program is exec'd."""
        key = ("waits", case.user)
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.needs:
                self.needs[key] = self.record(case, [WAITS[0], "sleep", "0"], case.user, "bookworm")
        return self.needs[key]

    def record(self, case, argv, user, image=None):
        """Runs it under strace in a container without a filter, as any user of an image would make the list."""
        ident = self.fresh()
        spec = json.loads(json.dumps(self.base))
        place = self.path("record-" + ident)
        os.mkdir(place)
        strace, become = ["strace", "-f", "-qq", "-e", "signal=none", "-o", "/run/record/log"], []
        if user == "user":
            # A runtime gives the output to the process's user, here root; what a user opens again has to be his.
            strace = ["bash", "-c", f'chown {USER} /proc/self/fd/[012]; exec env -u PWD -u SHLVL -u _ "$@"', "chown", *strace]
            become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all"]
        every = self.profiles["docker28"][1]["bounding"] + ["CAP_SYS_PTRACE"]
        spec["process"].update(args=[*strace, *become, *argv],
                               capabilities={k: sorted(set(every)) for k in ("bounding", "effective", "permitted")},
                               noNewPrivileges=False, terminal="tty" in case.program.get("set", ""))
        # The strace of the program's own image: that of a 32-bit one knows 32-bit calls alone.
        spec["root"] = {"path": self.images[image or case.program.get("image", "bookworm")], "readonly": True}
        spec["mounts"].append({"destination": "/run/record", "type": "bind", "source": place, "options": ["rbind", "rw"]})
        for word in set(case.program.get("set", "").split()) - {"userns"}:
            getattr(self, "set_" + word)(spec, ident)
        folder, _ = self.bundle(ident, spec)
        self.talk(self.command("runc", ["run", "--bundle", folder, ident], True), "", spec["process"]["terminal"])
        with open(os.path.join(place, "log"), encoding="utf-8", errors="replace") as f:
            text = f.read()
        start = re.search(r'^\d+ +execve\("(?:[^"]*/)?%s"' % re.escape(os.path.basename(argv[0])), text, re.M)
        return set(re.findall(r"^\d+ +(\w+)\(", text[start.start():] if start else "", re.M))

    # A container.

    def talk(self, argv, config, terminal=False, seconds=timeout):
        """(status, output, errors) of a command line; with a terminal the two are one."""
        env = {**os.environ, "RUNCLAMP_CONFIG": config}
        if not terminal:
            # A pipe of its own, closed: runtimes give their input's file to the user, and /dev/null is the machine's.
            child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     text=True, errors="replace", start_new_session=True, env=env)
            try:
                out, err = child.communicate(timeout=seconds)
                return child.returncode, out, err
            except subprocess.TimeoutExpired:
                self.end(child)
                return 1, "", f"no end after {seconds} s"
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        child = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True,
                                 preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(theirs)
        out = b""
        while select.select([ours], [], [], self.timeout)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            out += part
        else:
            self.end(child)
        os.close(ours)
        # Until runc has made the outer terminal raw, that one, too, puts a return before a newline; the last may be lost.
        return child.wait(), re.sub(r"\r+\n", "\n", out.decode("utf-8", "replace")).rstrip(), ""

    @staticmethod
    def end(child):
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def once(self, case, bare):
        ident = self.fresh()
        spec = self.spec(case, ident)
        folder, _ = self.bundle(ident, spec)
        config = "" if bare else self.handler(case.kind, folder)
        if case.way == "run":
            answer = self.talk(self.command(case.kind, ["run", "--bundle", folder, ident], bare), config,
                               spec["process"]["terminal"], int(case.program.get("seconds", self.timeout)))
            if answer[2].startswith("no end"):
                self.call(case.kind, ["delete", "--force", ident], bare, config)
        else:
            answer = self.executed(case, ident, folder, bare, config)
        return self.cleaned(case, ident, answer)

    def executed(self, case, ident, folder, bare, config):
        process = self.process(case, self.argv(case))
        start = self.command(case.kind, ["run", "--detach", "--bundle", folder, ident], bare)
        with open(os.path.join(folder, "stderr"), "w+", encoding="utf-8", errors="replace") as err:
            status = subprocess.run(start, input="", stdout=err, stderr=err, check=False, text=True,
                                    env={**os.environ, "RUNCLAMP_CONFIG": config}, timeout=self.timeout).returncode
            err.seek(0)
            if status:
                return status, "", err.read()
        if case.way == "hand":
            words = ["exec", *(["--tty"] if process["terminal"] else []), "--user",
                     f"{process['user']['uid']}:{process['user']['gid']}", ident, *process["args"]]
        else:
            with open(os.path.join(folder, "process.json"), "w", encoding="utf-8") as f:
                json.dump(process, f)
            words = ["exec", "--process", os.path.join(folder, "process.json"), ident]
        answer = self.talk(self.command(case.kind, words, bare), config, process["terminal"])
        self.call(case.kind, ["delete", "--force", ident], bare, config)
        return answer

    def cleaned(self, case, ident, answer):
        status, *texts = answer
        noise = [(re.escape(ident), "ID"), (re.escape(self.dir), "DIR"), (r"runclamp-" + case.kind, case.kind), *NOISE]
        for line in case.program.get("normal", "").splitlines():
            noise.append(tuple(line.split(" => ", 1)) if " => " in line else (line.removesuffix(" =>"), ""))
        for pattern, instead in noise:
            texts = [re.sub(pattern, instead, text, flags=re.M) for text in texts]
        if "unordered" in case.program:
            texts = ["\n".join(sorted(text.splitlines())) for text in texts]
        return (status, *texts)

    def both(self, case):
        """(bare, through), or why it can't be run."""
        why = self.missing(case)
        return why or (self.once(case, True), self.once(case, False))
