"""The site's schema where the site file's tests do not reach: values from code, and what is shown of a source."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from core.site import Legal, Permit, Zone, redacted
from tests.core.finds import finds
from tests.store.examples import CAMERA, SITE, camera

TRIANGLE = [(0, 0), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://user:secret@10.0.0.8/Streaming/Channels/101", "rtsp://***@10.0.0.8/Streaming/Channels/101"),
        ("rtsp://10.0.0.8:554/1", "rtsp://10.0.0.8:554/1"),
        ("file:///videos/a.mp4", "file:///videos/a.mp4"),
        # a password whose slash or at sign nobody encoded
        ("rtsp://user:se/cret@10.0.0.8/1", "rtsp://***@10.0.0.8/1"),
        ("rtsp://user:sec@ret@10.0.0.8/1", "rtsp://***@10.0.0.8/1"),
        # recorders that take them in the path, gateways that take tokens
        (
            "rtsp://10.0.0.8/user=admin&password=secret&channel=1&stream=0.sdp",
            "rtsp://10.0.0.8/user=***&password=***&channel=1&stream=0.sdp",
        ),
        ("rtsps://gate/rtp/1?channel=2&access-token=secret", "rtsps://gate/rtp/1?channel=2&access-token=***"),
        # inside a sentence
        ("cannot open rtsp://u:secret@h/1: 401", "cannot open rtsp://***@h/1: 401"),
    ],
)
def test_no_secret_of_a_source_is_shown(source: str, shown: str) -> None:
    assert redacted(source) == shown


@pytest.mark.parametrize(
    "polygon",
    [
        [(0, 0), (1, 1), (1, 0), (0, 1)],  # crosses itself
        [(0, 0), (1, 0), (0.5, 0)],  # on one line
        [(0, 0), (0, 0), (1, 1)],  # a point twice
        [(0, 0), (1, 0)],
        [(0, 0), (1, 0), (1, float("nan"))],
        [(0, 0), (1, 0), (1, -0.001)],
    ],
)
def test_a_polygon_that_bounds_nothing_is_refused(polygon: list[tuple[float, float]]) -> None:
    with pytest.raises(ValidationError, match="polygon"):
        Zone.model_validate({"id": "z", "violation": "illegal_parking", "polygon": polygon})


@pytest.mark.parametrize("value", [20260101, "20260101", 1767225600.0, "1767225600", True])
def test_a_number_is_no_time(value: object) -> None:
    with pytest.raises(ValidationError, check=finds("core.no_date_or_time", found=repr(str(value)))):
        Permit.model_validate({"permit_no": "7", "valid_from": value})
    with pytest.raises(ValidationError, check=finds("core.no_date", found=repr(str(value)))):
        Legal.model_validate({"review_date": value})


def test_a_permit_ends_after_it_begins_and_knows_its_offset() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, check=finds("core.permit_ends_before_begin")):
        Permit(permit_no="7", valid_from=start, valid_to=start)
    with pytest.raises(ValidationError, check=finds("core.permit_time_needs_offset", name="valid_from")):
        Permit(permit_no="7", valid_from=start.replace(tzinfo=None))


def test_a_camera_is_found_by_its_id() -> None:
    assert SITE.camera(CAMERA.id) is CAMERA
    with pytest.raises(KeyError):
        SITE.camera("none")


def test_ids_are_unique_within_the_site() -> None:
    with pytest.raises(ValidationError, check=finds("core.camera_id_used_twice", id="a")):
        type(SITE)(site=SITE.site, cameras=(camera("a"), camera("b"), camera("a")))


def test_a_site_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        SITE.site.name = "another"  # type: ignore[misc]
