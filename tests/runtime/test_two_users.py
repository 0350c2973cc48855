"""One home, two users: who serves reads what it must, and can neither seal nor make a key of its own believed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

RUNS, SERVES, GROUP = 54001, 54002, 54000

# Two users in turn, as processes that change to them when everything is imported: Python itself may lie where others
# cannot read it.
PROGRAM = """
import os, sys, traceback
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from evidence.signing.seal import Sealer
from runtime import cli
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from store.audit.log import Deed
from tests.evidence.build import small_body

def seal():
    opened = Installation.open()
    opened.engine
    home = opened.settings.home
    Sealer.at(home).seal(home / "packages", "aa00000000000001", small_body)
    Sealer.of_recordings(home)

def serve():
    opened = Installation.open()
    opened.store.audit.note(local_actor(), Deed("user.create", "user", "somebody"))
    opened.store.vault.seal("text", "camera-1")

def command(*words):
    sys.argv[1:] = words
    cli.main()

def audited():
    command("verify", "--audit")

def check():
    command("evidence", "check")

def attempt():
    home = Path(os.environ["JIEJING_HOME"])
    keys, package = home / "keys", home / "packages" / "aa00000000000001"
    (package / "manifest.json").read_bytes()
    for line in ATTEMPTS:
        try:
            exec(line, {"home": home, "keys": keys, "package": package})
        except PermissionError:
            continue
        print("DONE", line)

def plant():
    "Nobody keeps it from adding files here: they must not be taken for run's own."
    home = Path(os.environ["JIEJING_HOME"])
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name in ("next-signing.pem", "next-recorded.pem"):
        path = home / "keys" / name
        path.touch(0o600)
        path.write_bytes(pem)

def change():
    command("key", "change", "--reason", "yearly")

def change_recorded():
    command("key", "change", "--recorded", "--reason", "yearly")

def by(user, work):
    if user and not (child := os.fork()):
        os.setgroups([])
        os.setgid(GROUP)
        os.setuid(user)
    elif user:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        code = work() or 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        if user:
            os._exit(code)

home = os.environ["JIEJING_HOME"]
os.environ["JIEJING_HOME"] = home + "-first"  # imports what is imported late
for work in (seal, serve, audited, check):
    by(None, work)
os.environ["JIEJING_HOME"] = home
print("HERE")
for user, work in ((RUNS, seal), (SERVES, serve), (RUNS, serve), (SERVES, attempt), (SERVES, audited), (RUNS, audited),
                   (SERVES, plant), (RUNS, change), (RUNS, change_recorded), (SERVES, check), (RUNS, check)):
    print("CODE", user, work.__name__, by(user, work), flush=True)
"""

# What somebody who may serve tries, one line each.
ATTEMPTS = (
    "(keys / 'signing.pem').read_bytes()",
    "(keys / 'recorded.pem').read_bytes()",
    "(keys / 'signing.pem').unlink()",
    "(keys / 'signing.pem').replace(keys / 'other.pem')",
    "(keys / 'public' / 'mine.pem').write_bytes(b'another key')",
    "next(keys.glob('public/*.pem')).write_bytes(b'another key')",
    "(keys / 'public').rename(keys / 'former')",
    "next(keys.glob('chain-*.jsonl')).open('ab')",
    "next(keys.glob('chain-*.jsonl')).unlink()",
    "(package / 'manifest.json').write_bytes(b'{}')",
    "(package / 'manifest.json').unlink()",
    "package.rename(home / 'packages' / 'elsewhere')",
)


@pytest.fixture
def home() -> Iterator[Path]:
    if os.getuid() != 0:
        pytest.skip("only root can work as two users")
    # Not below pytest's own folder, which is for its user alone.
    with TemporaryDirectory(prefix="two-users-") as name:
        Path(name).chmod(0o755)
        home = Path(name) / "home"
        home.mkdir()
        os.chown(home, RUNS, GROUP)
        home.chmod(0o2770)
        yield home


def test_who_serves_cannot_seal(home: Path) -> None:
    named = f"RUNS, SERVES, GROUP, ATTEMPTS = {RUNS}, {SERVES}, {GROUP}, {ATTEMPTS!r}\n"
    told = subprocess.run(
        [sys.executable, "-c", named + PROGRAM],
        env={**os.environ, "JIEJING_HOME": str(home), "JIEJING_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = told.stdout.partition("HERE\n")[2].splitlines()
    row = f"{home}/packages/aa00000000000001: no row"  # nobody wrote one here; nothing else is wrong
    assert lines == [
        f"CODE {RUNS} seal 0",
        f"CODE {SERVES} serve 0",
        f"CODE {RUNS} serve 0",
        f"CODE {SERVES} attempt 0",
        "audit: sound (2 rows)",
        f"CODE {SERVES} audited 0",
        "audit: sound (2 rows)",
        f"CODE {RUNS} audited 0",
        f"CODE {SERVES} plant 0",
        f"CODE {RUNS} change 2",
        f"CODE {RUNS} change_recorded 2",
        row,
        f"CODE {SERVES} check 1",
        row,
        f"CODE {RUNS} check 1",
    ], told.stderr
    for planted in ("next-signing.pem", "next-recorded.pem"):
        assert f"{home}/keys/{planted} belongs to another user, who may have put it there" in told.stderr
