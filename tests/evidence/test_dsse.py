"""The envelope against the specification's own vector, and other signers beside ours."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from evidence.signing.dsse import (
    OPENING_TYPE,
    PAYLOAD_TYPE,
    EnvelopeError,
    envelope,
    open_envelope,
    pre_authentication_encoding,
)
from evidence.signing.keys import KeyRing, open_key_ring, open_signing_key
from tests.says import says


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


def test_one_trusted_signer_suffices_and_others_are_reported(home: Path, tmp_path: Path) -> None:
    """Another algorithm, or another house's key, can join without spoiling what the first signature proves."""
    keys = [open_signing_key(home), open_signing_key(tmp_path / "second")]
    both = KeyRing({**open_key_ring(home).keys, **open_key_ring(tmp_path / "second").keys})
    text = envelope(b"payload", keys)
    assert open_envelope(text, both).key_ids == tuple(key.key_id for key in keys)
    for name, ours, theirs in ((home, keys[0], keys[1]), (tmp_path / "second", keys[1], keys[0])):
        opened = open_envelope(text, open_key_ring(name))
        assert (opened.key_ids, opened.unknown_keys) == ((ours.key_id,), (theirs.key_id,))
    with pytest.raises(EnvelopeError, check=says("evidence.signing_key_not_trusted")):
        open_envelope(text, KeyRing({}))


def test_each_trusted_signature_must_match(home: Path, tmp_path: Path) -> None:
    """A trusted key whose signature does not match says that something was changed, whoever signed besides."""
    keys = [open_signing_key(home), open_signing_key(tmp_path / "second")]
    record = json.loads(envelope(b"payload", keys))
    record["signatures"][0]["sig"] = record["signatures"][1]["sig"]
    text = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(EnvelopeError, check=says("evidence.signature_does_not_match", key_id=keys[0].key_id[:16])):
        open_envelope(text, KeyRing({**open_key_ring(home).keys, **open_key_ring(tmp_path / "second").keys}))


def test_an_envelope_of_another_type_is_none_of_ours(home: Path) -> None:
    """An opening record that was signed must not pass as a manifest, nor the other way round."""
    text = envelope(b"payload", [open_signing_key(home)], OPENING_TYPE)
    assert open_envelope(text, open_key_ring(home), OPENING_TYPE).payload == b"payload"
    with pytest.raises(EnvelopeError, check=says("evidence.not_an_envelope", payload_type=PAYLOAD_TYPE)):
        open_envelope(text, open_key_ring(home))
