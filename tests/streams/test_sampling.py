"""Mode auto decides by the packets alone."""

import pytest

from streams.lines import Packet
from streams.packets import PacketStats
from streams.sampling import keys_suffice


def seen(gop_s: float, length_s: float, *, fps: float = 25.0, first_key_s: float = 0.0) -> PacketStats:
    """Packets of so many seconds, a key frame every gop_s from first_key_s on."""
    stats = PacketStats()
    every = round(gop_s * fps)
    for index in range(round(length_s * fps)):
        key = (index - round(first_key_s * fps)) % every == 0
        stats.add(Packet(index / fps, 1 / fps, key, 1000), 50 + index / fps)
    return stats


@pytest.mark.parametrize(
    ("gop_s", "length_s", "first_key_s", "answer"),
    [
        (1.0, 2.5, 0.0, True),
        (1.0, 2.5, 0.5, None),  # two key frames are not enough to be sure
        (1.0, 1.5, 0.0, None),
        (1.04, 3.0, 0.0, False),
        (2.0, 1.5, 0.0, False),  # no second key frame within the interval
        (25.0, 1.5, 12.0, False),  # joined in the middle, no key frame yet
        (0.2, 0.5, 0.0, True),
    ],
)
def test_key_frames_suffice_where_the_gop_is_no_longer_than_the_interval(
    gop_s: float, length_s: float, first_key_s: float, answer: bool | None
) -> None:
    assert keys_suffice(seen(gop_s, length_s, first_key_s=first_key_s), 1.0) is answer


def test_the_real_rate_is_what_arrives_not_what_is_declared() -> None:
    """25 declared, 21 arrive."""
    stats = PacketStats()
    for index in range(400):
        stats.add(Packet(index / 25, 1 / 25, index % 50 == 0, 1000), index / 21)
    assert stats.real_fps == pytest.approx(21, rel=0.01)
    assert stats.gop_s == pytest.approx(2.0)


def test_a_burst_at_the_beginning_is_no_frame_rate() -> None:
    stats = PacketStats()
    for index in range(500):
        stats.add(Packet(index / 25, 1 / 25, False, 1000), max(0.5, (index - 200) / 25))
    assert stats.real_fps == pytest.approx(25, rel=0.01)
