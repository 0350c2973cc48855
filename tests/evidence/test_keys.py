"""Keys: made once, kept to their owner, remembered after a change; a wrong file is one clear line."""

import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from core.clock import SystemClock
from core.errors import InputError
from evidence.signing.key_events import change
from evidence.signing.keys import open_key_ring, open_recorded_key, open_signing_key, read_public_key
from evidence.verify.verifier import verify
from tests.evidence.build import sealer, small_body
from tests.says import says


def private_pem(path: Path, password: bytes | None = None) -> Path:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
    return path


def test_made_at_the_first_start_and_kept(home: Path) -> None:
    first = open_signing_key(home)
    assert stat.S_IMODE((home / "keys" / "signing.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    assert open_signing_key(home).key_id == first.key_id
    assert list(open_key_ring(home).keys) == [first.key_id]


def test_a_ring_makes_nothing(home: Path) -> None:
    assert open_key_ring(home).keys == {}
    assert not home.exists()


def _start(home: Path, answers: "multiprocessing.Queue[str]") -> None:
    answers.put(open_signing_key(home).key_id)


def test_two_first_starts_at_once_make_one_key(home: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[str] = context.Queue()
    processes = [context.Process(target=_start, args=(home, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    made = {answers.get(timeout=30) for _ in processes}
    for process in processes:
        process.join()
    assert len(made) == 1


def test_older_packages_verify_after_a_change_of_key(tmp_path: Path, home: Path) -> None:
    old = sealer(home).seal(tmp_path / "packages", "a", small_body).path
    new = sealer(home, signing_key=private_pem(tmp_path / "new.pem")).seal(tmp_path / "packages", "b", small_body).path
    keys = open_key_ring(home)
    assert len(keys.keys) == 2
    assert verify(old, keys).sound
    assert verify(new, keys).sound
    assert verify(new, keys).chain == "first"  # each key has a chain of its own


def _elliptic(path: Path) -> Path:
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def _text(path: Path) -> Path:
    path.write_text("no key")
    return path


def _public(path: Path) -> Path:
    public = Ed25519PrivateKey.generate().public_key()
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


# A file given as the signing key, and what is said of it.
WRONG = [
    (lambda path: path, "evidence.key_cannot_be_read"),
    (_text, "evidence.not_a_private_key"),
    (_public, "evidence.not_a_private_key"),
    (_elliptic, "evidence.private_key_wrong_type"),
    (lambda path: private_pem(path, b"secret"), "evidence.key_has_pass_phrase"),
    (lambda path: path.parent, "evidence.key_cannot_be_read"),
]


@pytest.mark.parametrize(("make", "code"), WRONG)
def test_a_wrong_key_file_is_one_line(tmp_path: Path, home: Path, make: object, code: str) -> None:
    path = make(tmp_path / "key.pem")  # type: ignore[operator]
    with pytest.raises(InputError, check=says(code, path=str(path))) as caught:
        open_signing_key(home, path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_key_at_home_is_one_line_and_stays(home: Path) -> None:
    open_signing_key(home)
    path = home / "keys" / "signing.pem"
    path.write_text("damaged")
    with pytest.raises(InputError, check=says("evidence.not_a_private_key", path=str(path))):
        open_signing_key(home)
    assert path.read_text() == "damaged"


def _signing(home: Path) -> object:
    return open_signing_key(home)


def _recorded(home: Path) -> object:
    return open_recorded_key(home)


def _next(home: Path) -> object:
    open_signing_key(home)
    return change(home, "live", SystemClock().utc())


# The keys that a process takes from the home without being told of them.
OWN: list[tuple[str, Callable[[Path], object]]] = [
    ("signing.pem", _signing),
    ("recorded.pem", _recorded),
    ("next-signing.pem", _next),
]


@pytest.mark.parametrize(("name", "take"), OWN)
def test_a_key_that_others_can_read_is_not_taken(home: Path, name: str, take: Callable[[Path], object]) -> None:
    (home / "keys").mkdir(parents=True)
    path = private_pem(home / "keys" / name)
    path.chmod(0o640)
    with pytest.raises(InputError, check=says("evidence.key_readable_by_others", path=str(path))):
        take(home)
    path.chmod(0o600)
    take(home)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("is_link", [False, True], ids=["a file", "a link to a key of ours"])
@pytest.mark.parametrize(("name", "take"), OWN)
def test_a_key_that_another_user_put_there_is_not_taken(
    home: Path, name: str, take: Callable[[Path], object], is_link: bool
) -> None:
    (home / "keys").mkdir(parents=True)
    path = home / "keys" / name
    if is_link:
        own = private_pem(home / "own.pem")
        own.chmod(0o600)
        path.symlink_to(own)
    else:
        private_pem(path).chmod(0o600)
    os.chown(path, 54002, 54000, follow_symlinks=False)
    with pytest.raises(InputError, check=says("evidence.key_of_another_user", path=str(path))):
        take(home)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_root_takes_the_keys_of_the_home_s_owner(home: Path) -> None:
    key = open_signing_key(home)
    for path in (home, home / "keys", home / "keys" / "signing.pem"):
        os.chown(path, 54001, 54000)
    assert open_signing_key(home).key_id == key.key_id


def test_a_private_key_is_no_public_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("evidence.not_a_public_key")):
        read_public_key(private_pem(tmp_path / "key.pem"))
    _elliptic(tmp_path / "other.pem")
    with pytest.raises(InputError):
        read_public_key(tmp_path / "other.pem")


def _points() -> list[bytes]:
    """Points of small order, with and without the sign of x, and coordinates that are not canonical."""
    p = 2**255 - 19
    eighth = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
    small = [0, 1, p - 1, p, p + 1, *(int.from_bytes(bytes.fromhex(one), "little") for one in eighth)]
    return [(y | sign << 255).to_bytes(32, "little") for y in small for sign in (0, 1)]


@pytest.mark.parametrize("raw", _points())
def test_a_key_that_verifies_anything_is_refused(tmp_path: Path, raw: bytes) -> None:
    public = Ed25519PublicKey.from_public_bytes(raw)
    path = tmp_path / "weak.pem"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(InputError, check=says("evidence.public_key_weak", path=str(path))):
        read_public_key(path)


def test_points_of_small_order_are_what_they_are_called() -> None:
    """Worked out with the curve's own addition law (RFC 8032, 5.1.4): eight times each of them is the neutral point."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    for raw in _points():
        y = (int.from_bytes(raw, "little") & ~(1 << 255)) % p
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        assert x * x % p == square
        for _ in range(3):
            product = d * x * x * y * y
            x, y = 2 * x * y * pow(1 + product, -1, p) % p, (y * y + x * x) * pow(1 - product, -1, p) % p
        assert (x, y) == (0, 1)
