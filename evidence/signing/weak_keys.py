"""Ed25519 keys that nobody should trust: with a point of small order, one signature fits any message.

RFC 8032, section 5.1: a key is the y of a point in 255 bits, little-endian, and the sign of its x in the last one.
"""

from core.messages import Message

_P = 2**255 - 19
_SIGN = 1 << 255
# The y of the eight points whose order divides 8: of order 4, 1, 2, and twice of order 8.
_SMALL = frozenset(
    {
        0,
        1,
        _P - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)


def weakness(raw: bytes) -> Message | None:
    """Why a public key of 32 bytes must not be trusted; None where nothing speaks against it."""
    y = int.from_bytes(raw, "little") & ~_SIGN
    if y >= _P:
        return Message("evidence.key_not_canonical")
    return Message("evidence.key_of_small_order") if y in _SMALL else None
