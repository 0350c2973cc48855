"""Keeps the memory of a process that stays from growing by how it is handed out.

glibc gives each thread a heap of its own (up to eight a core), and takes pictures from these heaps once it has seen one
freed: what one thread leaves is then not there for another, and every reader of live pictures is a thread. So heaps
are few, and whatever has the size of a picture is given back to the system at once (mallopt(3)).
"""

import ctypes

HEAPS = 2
GIVEN_BACK_FROM_BYTES = 256 * 1024

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def bound_heaps() -> bool:
    """To be called before threads begin; whether the C library knows how (glibc does)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = (
        (_M_ARENA_MAX, HEAPS),
        (_M_MMAP_THRESHOLD, GIVEN_BACK_FROM_BYTES),
        (_M_TRIM_THRESHOLD, GIVEN_BACK_FROM_BYTES),
    )
    return all([mallopt(name, value) == 1 for name, value in wanted])  # noqa: C419  each is set, whatever came before
