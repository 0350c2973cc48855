"""What strangers cost those who work: `python -m tests.api.bench_flood`.

A server of its own process; /healthz is asked twenty times a second, first in peace, then while 100 senders at a time
send 18 MB of `[[],[],...` without a session, again and again.
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SENDERS = 100
BODY = b"[" + b"[]," * 6_000_000 + b"[]]"
PAUSE_S = 0.05


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "JIEJING_HOME": home, "JIEJING_PORT": "0", "JIEJING_REQUESTS_PER_S": "0"}
        subprocess.run([sys.executable, "-m", "runtime.cli", "db", "upgrade"], env=environment, check=True)
        command = [sys.executable, "-m", "runtime.cli", "serve"]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            port = port_of(process)
            _tell("in peace", _asked(port, 5))
            rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
            outcomes: list[str] = []
            sent: list[int] = []
            flood = threading.Thread(target=_flood, args=(port, rounds, outcomes, sent))
            flood.start()
            _tell(f"{rounds} x {SENDERS} of {len(BODY) / 1e6:.0f} MB", _asked(port, 10))
            flood.join()
            _tell("afterwards", _asked(port, 5))
            answers = {one: outcomes.count(one) for one in sorted(set(outcomes))}
            say(f"answers {answers}; a sender got rid of {statistics.median(sent) / 1e3:.0f} kB")
            peak = Path(f"/proc/{process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
            say(f"the server's memory was {int(peak) // 1024} MB at most")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    for line in process.stdout:
        if "http://" in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return int(line.rsplit(":", 1)[1].split("/")[0].split()[0].strip())
    raise SystemExit("the server did not start")


def _asked(port: int, seconds: float) -> list[float]:
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        connection.close()
        took.append((time.monotonic() - began) * 1e3)
        time.sleep(PAUSE_S)
    return sorted(took)


def _tell(what: str, took: list[float]) -> None:
    p95 = took[int(len(took) * 0.95)]
    say(f"/healthz {what}: median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms, worst {took[-1]:.1f} ms")


def _flood(port: int, rounds: int, outcomes: list[str], sent: list[int]) -> None:
    for _ in range(rounds):
        senders = [threading.Thread(target=_send, args=(port, outcomes, sent)) for _ in range(SENDERS)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()


def _send(port: int, outcomes: list[str], sent: list[int]) -> None:
    head = f"POST /api/v1/session/password HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        count = 0
        try:
            line.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n")
            while count < len(BODY):
                count += line.send(BODY[count : count + 65536])
        except OSError:
            pass
        sent.append(count)
        try:
            outcomes.append(line.recv(64).split(b"\r\n")[0].decode())
        except OSError as error:
            outcomes.append(type(error).__name__)


if __name__ == "__main__":
    main()
