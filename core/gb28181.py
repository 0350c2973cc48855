"""GB/T 28181 device ids: 20 digits = 8 centre + 2 industry + 3 type + 1 network + 6 serial."""

from dataclasses import dataclass

from core.errors import InvalidValueError
from core.messages import Message

INDUSTRIES = {"00": "public security road", "04": "traffic", "08": "urban management"}
CAMERA_TYPES = {"131": "camera", "132": "IP camera"}
NETWORKS = {
    "0": "public-security video",
    "1": "public-security video",
    "2": "industry",
    "6": "government extranet",
}
# What those that are none are called where a person is told so.
_OTHERS = {
    "118": Message("core.device_is_nvr"),
    "215": Message("core.device_is_business_group"),
    "216": Message("core.device_is_virtual_group"),
}
_UNKNOWN = Message("core.device_is_unknown")


@dataclass(frozen=True, slots=True)
class DeviceId:
    """The parts of a device id; `industry`, `device_type`, `network` are names, or the digits where we know none."""

    centre: str
    industry: str
    device_type: str
    network: str
    serial: str


def looks_like_device_id(text: str) -> bool:
    """Whether a text is meant as a GB/T 28181 id: 20 digits.

    >>> looks_like_device_id("34020000001320000001")
    True
    """
    return len(text) == 20 and text.isascii() and text.isdigit()


def decode(device_id: str) -> DeviceId:
    """The parts of a camera's device id.

    Raises:
        InvalidValueError: not 20 digits, or not the id of a camera.
    """
    if not looks_like_device_id(device_id):
        raise InvalidValueError("core.no_device_id", text=repr(device_id))
    kind = device_id[10:13]
    if kind not in CAMERA_TYPES:
        raise InvalidValueError("core.device_type_no_camera", found=kind, name=_OTHERS.get(kind, _UNKNOWN))
    industry, network = device_id[8:10], device_id[13]
    return DeviceId(
        centre=device_id[:8],
        industry=INDUSTRIES.get(industry, industry),
        device_type=CAMERA_TYPES[kind],
        network=NETWORKS.get(network, network),
        serial=device_id[14:],
    )
