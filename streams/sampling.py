"""Mode auto: whether key frames alone are often enough."""

from streams.packets import PacketStats

MEASURE_S = 10.0
ENOUGH_KEY_FRAMES = 3  # more, before what was decided by them is taken back: one that comes late is no other GOP
# Cameras keep their GOP to a frame, not to the millisecond.
JITTER_S = 0.02


def keys_suffice(stats: PacketStats, interval_s: float) -> bool | None:
    """Whether the measured GOP is no longer than the sampling interval; None while that is not known yet."""
    if stats.since_key_s > interval_s + JITTER_S:
        return False
    if stats.gop_s is None or stats.key_count < ENOUGH_KEY_FRAMES:
        return None
    return stats.gop_s <= interval_s + JITTER_S
