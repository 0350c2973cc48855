"""Weekly hours, moment by moment. 2026-05-01 is a Friday."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.schedule import ALWAYS, Hours, applies

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_SHIFT = Hours(days=("mon", "fri"), from_="08:00", to="20:00")
NIGHT_MARKET = Hours(days=("fri",), from_="18:00", to="02:00")


@pytest.mark.parametrize(
    ("hours", "local", "holds"),
    [
        (DAY_SHIFT, "2026-05-01 07:59:59.999", False),
        (DAY_SHIFT, "2026-05-01 08:00", True),  # from is included
        (DAY_SHIFT, "2026-05-01 19:59:59.999", True),
        (DAY_SHIFT, "2026-05-01 20:00", False),  # to is not
        (DAY_SHIFT, "2026-05-02 12:00", False),  # a Saturday
        # past midnight: the hours belong to the day on which they begin
        (NIGHT_MARKET, "2026-05-01 17:59", False),
        (NIGHT_MARKET, "2026-05-01 18:00", True),
        (NIGHT_MARKET, "2026-05-02 01:59", True),
        (NIGHT_MARKET, "2026-05-02 02:00", False),
        (NIGHT_MARKET, "2026-05-01 01:00", False),  # the night of Thursday
        (NIGHT_MARKET, "2026-05-02 18:00", False),
        # Sunday runs into Monday
        (Hours(days=("sun",), from_="22:00", to="06:00"), "2026-05-04 05:59", True),
        # midnight to midnight
        (Hours(days=("fri",)), "2026-05-01 00:00", True),
        (Hours(days=("fri",)), "2026-05-01 23:59:59.999", True),
        (Hours(days=("fri",)), "2026-05-02 00:00", False),
    ],
)
def test_hours_hold(hours: Hours, local: str, holds: bool) -> None:
    assert applies([hours], datetime.fromisoformat(local).replace(tzinfo=SHANGHAI), SHANGHAI) is holds


def test_hours_are_those_of_the_site_whatever_the_moments_own_zone() -> None:
    moment = datetime.fromisoformat("2026-05-01T00:00:00+00:00")  # 08:00 in Shanghai
    assert applies([DAY_SHIFT], moment, SHANGHAI)
    assert not applies([DAY_SHIFT], moment, ZoneInfo("UTC"))


def test_one_of_several_is_enough_and_none_never_holds() -> None:
    noon = datetime(2026, 5, 2, 12, tzinfo=SHANGHAI)
    assert applies([DAY_SHIFT, Hours(days=("sat",))], noon, SHANGHAI)
    assert not applies([], noon, SHANGHAI)


@given(st.datetimes(timezones=st.just(SHANGHAI)))
def test_always_is_always(moment: datetime) -> None:
    assert applies(ALWAYS, moment, SHANGHAI)


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "8:00"},
        {"from": "24:01"},
        {"to": "12:60"},
        {"to": "１２:00"},  # full-width digits
        {"days": []},
        {"days": ["monday"]},
        {"from": "08:00", "to": "08:00"},  # nothing, or the whole day?
        {"until": "08:00"},
    ],
)
def test_wrong_hours_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(wrong)
