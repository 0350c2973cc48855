"""Device ids of GB/T 28181."""

import pytest

from core.errors import InvalidValueError
from core.gb28181 import DeviceId, decode, looks_like_device_id
from core.messages import Message
from tests.says import says


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
    ("device_id", "found", "name"),
    [
        ("33088100081180000001", "118", Message("core.device_is_nvr")),
        ("33088100082150000001", "215", Message("core.device_is_business_group")),
        ("33088100089990000001", "999", Message("core.device_is_unknown")),
    ],
)
def test_what_is_no_camera(device_id: str, found: str, name: Message) -> None:
    with pytest.raises(InvalidValueError, check=says("core.device_type_no_camera", found=found, name=name)):
        decode(device_id)


@pytest.mark.parametrize(
    "text",
    [
        "3308810008132000001",  # one short
        "330881000813200000011",  # one more
        "3308810008132000000a",
        "３３088100081320000001",  # full-width digits
    ],
)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(InvalidValueError, check=says("core.no_device_id", text=repr(text))):
        decode(text)


def test_only_twenty_digits_are_meant_as_an_id() -> None:
    assert looks_like_device_id("1" * 20)
    assert not looks_like_device_id("gate-7")
