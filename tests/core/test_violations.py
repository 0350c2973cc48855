"""The table of violation types against the figures it was drawn from."""

import pytest

from core.labels import LABELS, group_of, members_of
from core.violations import violation_types

# docs: candidate after, violation after, gap bridged (seconds), counted per, attended
DEFAULTS = [
    ("illegal_parking", 10, 300, 60, "object", "ignore"),
    ("street_vending", 30, 300, 60, "zone", "ignore"),
    ("window_front_trading", 60, 600, 120, "zone", "ignore"),
    ("exposed_garbage", 60, 1800, 300, "zone", "unattended"),
]


@pytest.mark.parametrize(("key", "candidate_s", "violation_s", "gap_s", "count_per", "attended"), DEFAULTS)
def test_the_main_types_have_their_defaults(
    key: str, candidate_s: float, violation_s: float, gap_s: float, count_per: str, attended: str
) -> None:
    row = violation_types()[key]
    assert (row.candidate_after_s, row.violation_after_s, row.bridge_gap_s) == (candidate_s, violation_s, gap_s)
    assert (row.count_per, row.attended) == (count_per, attended)


@pytest.mark.parametrize("key", violation_types())
def test_every_row_can_be_used(key: str) -> None:
    row = violation_types()[key]
    assert row.labels
    assert row.labels <= set(LABELS)
    assert row.candidate_after_s <= row.violation_after_s
    assert row.count_per in ("object", "zone")
    assert row.attended in ("ignore", "attended", "unattended")
    assert row.name_zh
    assert row.name_en
    assert row.code_source in ("second source", "inferred")
    # a platform's code is six digits of division and these five
    assert all(len(code) == 5 and code.isdigit() for code in row.gb47678_codes)


def test_a_group_stands_for_its_labels() -> None:
    assert violation_types()["illegal_parking"].labels == {"car", "van", "bus", "truck"}
    assert violation_types()["street_vending"].gb47678_codes == ("09001", "09006")


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        violation_types()["x"] = violation_types()["illegal_parking"]  # type: ignore[index]


def test_every_label_is_in_the_group_that_lists_it() -> None:
    for label in LABELS:
        assert label in members_of(group_of(label))
    with pytest.raises(KeyError):
        members_of("furniture")
