"""The envelope: DSSE v1 (github.com/secure-systems-lab/dsse), written as exact canonical JSON.

Canonical: keys sorted, no white space, no newline, ASCII, base64 of RFC 4648 section 4 without loose bits. Any bit
changed makes either another text than its own re-serialisation, another key id, or a signature that does not match.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature

from core.errors import InvalidValueError
from core.messages import message_of
from evidence.package.layout import MAX_ENVELOPE_BYTES, printable
from evidence.package.strict_json import parse
from evidence.signing.keys import KeyRing, SigningKey

PAYLOAD_TYPE = "application/vnd.jiejing.evidence-manifest+json"
OPENING_TYPE = "application/vnd.jiejing.opening-record+json"

_MAX_SIGNATURES = 16


class EnvelopeError(InvalidValueError):
    """An envelope that does not hold; its message says why."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sound envelope holds.

    Attributes:
        payload: the exact bytes that were signed.
        key_ids: the trusted keys whose signature holds, in the order of the envelope.
        unknown_keys: the keys that signed besides and are not trusted here; nothing is known of their signatures.
    """

    payload: bytes
    key_ids: tuple[str, ...]
    unknown_keys: tuple[str, ...] = ()


def envelope(payload: bytes, signers: Sequence[SigningKey], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The envelope's bytes: every signer signs the pre-authentication encoding of exactly these payload bytes."""
    message = pre_authentication_encoding(payload_type, payload)
    return _canonical(
        {
            "payload": _base64(payload),
            "payloadType": payload_type,
            "signatures": [{"keyid": key.key_id, "sig": _base64(key.sign(message))} for key in signers],
        }
    )


def open_envelope(text: bytes, keys: KeyRing, payload_type: str = PAYLOAD_TYPE) -> Opened:
    """Checks an envelope against its own payload. One signature of a trusted key suffices, so that other signers and
    other algorithms can join; but each of a trusted key must match.

    Raises:
        EnvelopeError: malformed, not canonical, of another type, signed by nobody who is trusted, or a trusted key's
            signature does not match.
    """
    opened = read_envelope(text, keys, payload_type)
    if not opened.key_ids:
        name = printable(opened.unknown_keys[0][:16])
        raise EnvelopeError("evidence.signing_key_not_trusted", key_id=name)
    return opened


def read_envelope(text: bytes, keys: KeyRing, payload_type: str) -> Opened:
    """The same, where somebody else vouches for an envelope that no trusted key signed.

    Raises:
        EnvelopeError: malformed, not canonical, of another type, or a trusted key's signature does not match.
    """
    record = _parsed(text, payload_type)
    payload = _unbase64(record["payload"])
    message = pre_authentication_encoding(record["payloadType"], payload)
    names = tuple(one["keyid"] for one in record["signatures"])
    if len(set(names)) != len(names) or not names:
        raise EnvelopeError("evidence.signatures_missing_or_repeated")
    for one in record["signatures"]:
        _check(one["keyid"], _unbase64(one["sig"]), message, keys)
    trusted = tuple(name for name in names if name in keys.keys)
    return Opened(payload, trusted, tuple(name for name in names if name not in keys.keys))


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """PAE of DSSE v1: what is really signed, so that type and payload cannot be shifted into each other."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _parsed(text: bytes, payload_type: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = parse(text, MAX_ENVELOPE_BYTES)
        canonical = _canonical(record)
    except ValueError as error:
        raise EnvelopeError(message_of(error)) from error
    if canonical != text:
        raise EnvelopeError("evidence.envelope_not_canonical")
    if not _well_formed(record, payload_type):
        raise EnvelopeError("evidence.not_an_envelope", payload_type=payload_type)
    return record


def _well_formed(record: Any, payload_type: str) -> bool:
    return (
        isinstance(record, dict)
        and record.keys() == {"payload", "payloadType", "signatures"}
        and isinstance(record["payload"], str)
        and record["payloadType"] == payload_type
        and isinstance(record["signatures"], list)
        and len(record["signatures"]) <= _MAX_SIGNATURES
        and all(_is_signature(one) for one in record["signatures"])
    )


def _is_signature(one: Any) -> bool:
    return isinstance(one, dict) and one.keys() == {"keyid", "sig"} and all(isinstance(v, str) for v in one.values())


def _check(name: str, signature: bytes, message: bytes, keys: KeyRing) -> None:
    """A signature of a key that is not trusted here is nobody's word, for or against."""
    public = keys.keys.get(name)
    if public is None:
        return
    try:
        public.verify(signature, message)
    except InvalidSignature as error:
        raise EnvelopeError("evidence.signature_does_not_match", key_id=name[:16]) from error


def _canonical(record: Any) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unbase64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise EnvelopeError("evidence.base64_cannot_be_read") from error
    if _base64(content) != text:
        raise EnvelopeError("evidence.base64_not_canonical")
    return content
