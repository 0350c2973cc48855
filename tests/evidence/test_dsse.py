"""The envelope against the specification's own vector, and other signers beside ours."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from evidence.dsse import PAYLOAD_TYPE, EnvelopeError, envelope, open_envelope, pre_authentication_encoding
from evidence.keys import KeyRing, open_key_ring, open_signing_key


def test_encoding_of_the_specification() -> None:
    """github.com/secure-systems-lab/dsse, protocol.md, test vectors"""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_are_bytes_not_letters() -> None:
    assert pre_authentication_encoding("类", "街镜".encode()) == b"DSSEv1 3 \xe7\xb1\xbb 6 " + "街镜".encode()


def test_the_exact_bytes_come_back(home: Path) -> None:
    key = open_signing_key(home)
    for payload in (b"", b"\0\xff", '{"名": "街镜"}\n'.encode()):
        opened = open_envelope(envelope(payload, [key]), open_key_ring(home))
        assert opened.payload == payload
        assert opened.key_ids == (key.key_id,)


def test_openssl_agrees(home: Path, tmp_path: Path) -> None:
    """Anybody can check a package without this product."""
    key = open_signing_key(home)
    record = json.loads(envelope(b"payload", [key]))
    (tmp_path / "message").write_bytes(pre_authentication_encoding(PAYLOAD_TYPE, b"payload"))
    (tmp_path / "signature").write_bytes(base64.b64decode(record["signatures"][0]["sig"]))
    public = home / "keys" / "public" / f"{key.key_id[:16]}.pem"
    command = f"openssl pkeyutl -verify -pubin -inkey {public} -rawin -in message -sigfile signature"
    answer = subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "Verified Successfully" in answer.stdout
    der = subprocess.run(
        f"openssl pkey -pubin -in {public} -outform der".split(), check=True, capture_output=True
    ).stdout
    assert hashlib.sha256(der).hexdigest() == record["signatures"][0]["keyid"]


def test_several_signers_must_all_be_trusted(home: Path, tmp_path: Path) -> None:
    keys = [open_signing_key(home), open_signing_key(tmp_path / "second")]
    both = KeyRing({**open_key_ring(home).keys, **open_key_ring(tmp_path / "second").keys})
    text = envelope(b"payload", keys)
    assert open_envelope(text, both).key_ids == tuple(key.key_id for key in keys)
    with pytest.raises(EnvelopeError, match="not among the trusted keys"):
        open_envelope(text, open_key_ring(home))
