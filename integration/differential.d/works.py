"""What an ordinary Python program does: threads, children, sockets, event loops, files, signals. One line each."""
import asyncio
import os
import queue
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


def threads():
    done = queue.Queue()
    for n in range(8):
        threading.Thread(target=lambda n=n: (time.sleep(0.01), done.put(n))).start()
    return sorted(done.get(timeout=20) for _ in range(8))


def children():
    lines = [subprocess.run(["/bin/sh", "-c", f"echo {n}; exit {n}"], stdout=subprocess.PIPE) for n in range(5)]
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    return [(c.stdout, c.returncode) for c in lines], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def sockets():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=10) as client:
            peer = server.accept()[0]
            peer.sendall(b"hello")
            return client.recv(5)


async def served():
    server = await asyncio.start_server(lambda r, w: (w.write(b"hello\n"), w.close()), "127.0.0.1", 0)
    reader, _ = await asyncio.open_connection(*server.sockets[0].getsockname())
    line = await reader.readline()
    child = await asyncio.create_subprocess_exec("/bin/echo", "child", stdout=subprocess.PIPE)
    return line, (await child.communicate())[0]


def files():
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "a"), "w") as f:
        f.write("text")
    shutil.copy2(os.path.join(folder, "a"), os.path.join(folder, "b"))
    os.chmod(os.path.join(folder, "b"), 0o600)
    found = sorted((e.name, e.stat().st_size) for e in os.scandir(folder))
    access = os.access(folder, os.R_OK, effective_ids=True)
    shutil.rmtree(folder)
    return found, access, os.path.exists(folder)


def signals():
    got = []
    signal.signal(signal.SIGALRM, lambda *_: got.append("alarm"))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    signal.pause()
    return got


for work in (threads, children, sockets, lambda: asyncio.run(served()), files, signals,
             lambda: len(secrets.token_bytes(8)), lambda: os.getloadavg() != (), lambda: os.get_terminal_size(0)):
    try:
        print(work.__name__, work())
    except Exception as error:
        print(work.__name__, type(error).__name__, error)
    sys.stdout.flush()
