"""Device ids of GB/T 28181."""

import pytest

from core.gb28181 import DeviceId, decode, looks_like_device_id


@pytest.mark.parametrize(
    ("device_id", "parts"),
    [
        (
            "33088100081320000001",
            DeviceId("33088100", "urban management", "IP camera", "public-security video", "000001"),
        ),
        ("33088100041312000042", DeviceId("33088100", "traffic", "camera", "industry", "000042")),
        # what we have no name for stays as its digits
        ("33088100991319000001", DeviceId("33088100", "99", "camera", "9", "000001")),
    ],
)
def test_the_parts_of_a_camera(device_id: str, parts: DeviceId) -> None:
    assert decode(device_id) == parts


@pytest.mark.parametrize(
    ("device_id", "cause"),
    [
        ("33088100081180000001", r"type code 118 \(NVR\)"),
        ("33088100082150000001", r"type code 215 \(business group\)"),
        ("33088100089990000001", r"type code 999 \(unknown\)"),
        ("3308810008132000001", "20 digits are wanted"),  # one short
        ("330881000813200000011", "20 digits are wanted"),  # one more
        ("3308810008132000000a", "20 digits are wanted"),
        ("３３088100081320000001", "20 digits are wanted"),  # full-width digits
    ],
)
def test_what_is_no_camera(device_id: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        decode(device_id)


def test_only_twenty_digits_are_meant_as_an_id() -> None:
    assert looks_like_device_id("1" * 20)
    assert not looks_like_device_id("gate-7")
