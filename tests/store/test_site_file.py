"""The site file: what is written is read back, and a wrong file names line, field and cause."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SiteError
from core.messages import Message
from core.schedule import DAYS, Hours
from core.site import Camera, Legal, Permit, Place, Preset, Sampling, SentBack, Shop, Site, SiteInfo, Zone
from store.files import site_file, yaml_tree
from tests.says import says
from tests.store.examples import SITE, camera, site_of

GOOD = """\
site: {name: 江山市城区, division: "330881", timezone: Asia/Shanghai}
cameras:
  - id: "33088100081320000001"
    name: 解放路与中山路口
    source: rtsp://user:secret@10.0.0.8/Streaming/Channels/101
    detect_source: null
    sampling: {mode: auto, interval_s: 1.0}
    place: {lon: 118.62, lat: 28.74, grid: "330881001001001"}
    legal: {sign: false, review_date: 2026-01-31}
    presets:
      - id: "1"
        zones:
          - id: pavement-1
            violation: illegal_parking
            polygon: [[0.10, 0.55], [0.62, 0.50], [0.70, 0.98], [0.05, 0.98]]
            candidate_after_s: 10
            schedule: [{days: [mon, tue], from: 08:00, to: 20:00}]
            permits: [{permit_no: "7", valid_from: 2026-01-01T00:00:00+08:00}]
            exempt: [bus]
"""

ZONE = "cameras[0].presets[0].zones[0]"

# What is replaced in the good file, by what, and the one line that people get.
WRONG = [
    # ids are text: YAML would drop a leading zero, and programs the last digits of twenty
    ('"330881"', "330881", '1: site.division: must be text; quote it: "330881"'),
    (
        '"33088100081320000001"',
        "33088100081320000001",
        '3: cameras[0].id: must be text; quote it: "33088100081320000001"',
    ),
    ('- id: "1"', "- id: 001", '11: cameras[0].presets[0].id: must be text; quote it: "001"'),
    ('"330881001001001"', "330881001001001", '8: cameras[0].place.grid: must be text; quote it: "330881001001001"'),
    ('"7"', "true", f'18: {ZONE}.permits[0].permit_no: must be text; quote it: "true"'),
    # names that nobody knows
    ("    name: 解放", "    nam: 解放", "4: cameras[0].nam: unknown key; did you mean name?; and 1 more"),
    ("exempt", "zzz", f"19: {ZONE}.zzz: unknown key"),
    ("[bus]", "[busse]", f"19: {ZONE}.exempt[0]: unknown label 'busse'; labels are person, "),
    ("illegal_parking", "parking", f"14: {ZONE}.violation: unknown violation 'parking'; types are illegal_parking, "),
    (
        "mode: auto",
        "mode: fast",
        "7: cameras[0].sampling.mode: must be one of 'auto', 'keyframe', 'interval', not 'fast'",
    ),
    (
        "[mon, tue]",
        "[mon, 周二]",
        f"17: {ZONE}.schedule[0].days[1]: must be one of 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', not",
    ),
    ("Asia/Shanghai", "Asia/Peking", "1: site.timezone: no time zone 'Asia/Peking'; write it like Asia/Shanghai"),
    # what is missing
    ("    name: 解放路与中山路口\n", "", "3: cameras[0].name: is missing"),
    (GOOD, "# nothing\n", "1: the file is empty; it begins with site: and cameras:"),
    (GOOD, "site:\n", "1: site: must be a mapping (key: value), not null"),
    # wrong kinds
    (GOOD, "hello", "1: must be a mapping (key: value), not 'hello'"),
    (GOOD, "- a\n", "1: must be a mapping (key: value)"),
    ("{mode: auto, interval_s: 1.0}", "auto", "7: cameras[0].sampling: must be a mapping (key: value), not 'auto'"),
    ("sign: false", "sign: yes", "9: cameras[0].legal.sign: must be true or false, not 'yes'"),
    ("1.0}", '"1"}', "7: cameras[0].sampling.interval_s: must be a number, not '1'"),
    ("lon: 118.62", "lon: true", "8: cameras[0].place.lon: must be a number, not true"),
    ("candidate_after_s: 10", "candidate_after_s: .nan", f"16: {ZONE}.candidate_after_s: must be a number, not '.nan'"),
    # bounds
    ("1.0}", "0.01}", "7: cameras[0].sampling.interval_s: must be at least 0.1, not 0.01"),
    ("lat: 28.74", "lat: 128.74", "8: cameras[0].place.lat: must be at most 90, not 128.74"),
    ("after_s: 10", "after_s: 1000", f"13: {ZONE}: candidate_after_s (1000) must not exceed violation_after_s (300)"),
    # polygons
    (
        "[0.62, 0.50], [0.70, 0.98]",
        "[0.70, 0.98], [0.62, 0.50]",
        f"15: {ZONE}.polygon: the polygon crosses itself: edge",
    ),
    (", [0.70, 0.98], [0.05, 0.98]]", "]", f"15: {ZONE}.polygon: needs at least 3 entries, has 2"),
    ("[0.62, 0.50]", "[0.62]", f"15: {ZONE}.polygon[1][1]: needs two numbers, x and y"),
    ("[0.62, 0.50]", "[0.62, 50]", f"15: {ZONE}.polygon[1][1]: must be at most 1, not 50"),
    # times
    ("from: 08:00", "from: 8:00", f"17: {ZONE}.schedule[0].from: must be HH:MM, 00:00 to 24:00, not '8:00'"),
    ("to: 20:00", "to: 08:00", f"17: {ZONE}.schedule[0]: from and to are both 08:00; the whole day is written 00:00"),
    ("2026-01-31", "20260131", "9: cameras[0].legal.review_date: must be a date like 2026-01-31, not '20260131'"),
    (
        "00:00+08:00",
        "00:00",
        f"18: {ZONE}.permits[0].valid_from: must be a day like 2026-01-31, or a time with offset like",
    ),
    (
        "2026-01-01T00:00:00+08:00",
        "2026-02-30",
        f"18: {ZONE}.permits[0].valid_from: must be a day like 2026-01-31, or a time with offset like",
    ),
    (
        "[0.70, 0.98], [0.05",
        "[0.62, 0.50], [0.05",
        f"15: {ZONE}.polygon: the polygon has the same point twice: points 2 and 3; leave one of them out",
    ),
    # ids
    (
        "8132000",
        "8118000",
        "3: cameras[0].id: type code 118 (NVR) at digits 11-13 is no camera (131) or IP camera (132)",
    ),
    ("pavement-1", "pavement 1", f"13: {ZONE}.id: must be 1 to 40 letters, digits, - or _, not 'pavement 1'"),
    ('"330881"', '"３３０８８１"', "1: site.division: must be 6 digits, not '３３０８８１'"),
    # sources, whose password is never shown
    (
        "rtsp://user",
        "http://user",
        "5: cameras[0].source: source must begin with rtsp://, rtsps:// or file:///, not 'http'",
    ),
    ("@10.0.0.8", "@", "5: cameras[0].source: the stream address names no host"),
    # YAML itself
    ("    place:", "\tplace:", "8: a tab; indent with spaces"),
    ("    place:", "   place:", "8: no valid YAML: "),
    (
        "name: 解放路与中山路口",
        "name: 解放路: 中山路口",
        "4: a second ': ' in one value, or a wrong indentation; quote the",
    ),
    ("    place:", "    name: again\n    place:", "8: cameras[0].name: the key is given twice, first on line 4"),
    ("[0.62, 0.50]", "&self [*self]", "15: an anchor"),
    ("illegal_parking", "!kind illegal_parking", f"14: {ZONE}.violation: the tag !kind is not used here; leave it out"),
    ("[0.62, 0.50]", "!!int half", f"15: {ZONE}.polygon[1]: 'half' cannot be read as int"),
    ("解放路", "解放\x07路", "4: the character '\\x07' cannot be printed; remove it"),
    ("sampling: {", "sampling: {[a]: 1, ", "7: cameras[0].sampling: a key must be a plain word"),
    (GOOD, "[" * 1000, "1: nested more than 20 levels deep"),
    (GOOD, f"{GOOD}---\n{GOOD}", "20: a second document begins (---); a file holds one"),
    # several faults: the first in the file, and how many follow
    ("cameras:", "cameras: 3\nother:", "2: cameras: must be a list, not 3; and 1 more"),
]


@pytest.mark.parametrize(("good", "wrong", "line"), WRONG)
def test_a_wrong_file_names_line_field_and_cause(good: str, wrong: str, line: str) -> None:
    assert good in GOOD
    with pytest.raises(SiteError) as raised:
        site_file.parse(GOOD.replace(good, wrong, 1), "city.yaml")
    message = str(raised.value)
    assert message.startswith(f"city.yaml:{line}")
    assert "\n" not in message
    assert "secret" not in message


def test_each_fault_has_a_code_its_field_and_its_line() -> None:
    wrong = GOOD.replace("mode: auto", "mode: fast").replace("[bus]", "[busse]").replace("lon: 118.62", "lons: 118.62")
    told = [(one.row, one.field, one.cause.code) for one in site_file.check(wrong).faults]
    assert told == [
        (7, "cameras[0].sampling.mode", "store.must_be_one_of"),
        (8, "cameras[0].place.lons", "store.key_unknown_but_like"),
        (19, f"{ZONE}.exempt[0]", "core.unknown_label"),
    ]
    with pytest.raises(SiteError, check=says("store.and_more_faults", count=2)) as raised:
        site_file.parse(wrong, "f")
    assert raised.value.message.said("zh") == (
        "f:7：摄像机 1，抽帧方式：只能是 'auto'、'keyframe'、'interval'，不能是 'fast'；另有 2 处"
    )


@pytest.mark.parametrize("check", [site_file.check, lambda text: site_file.check_bytes(text.encode())])
def test_what_is_no_yaml_names_its_field_too(check: Callable[[str], site_file.CheckedSite]) -> None:
    (fault,) = check(GOOD.replace("    place:", "    name: again\n    place:")).faults
    assert (fault.row, fault.field, fault.cause.plain()) == (
        8,
        "cameras[0].name",
        {"code": "store.yaml_key_twice", "params": {"line": 4}},
    )


def test_an_id_that_is_used_twice_names_the_second() -> None:
    cameras = GOOD[GOOD.index("  - id") :]
    twice = Message("core.camera_id_used_twice", id="33088100081320000001", field="cameras[1].id")
    with pytest.raises(SiteError, check=says("core.located", where="f:20", cause=twice)):
        site_file.parse(GOOD + cameras, "f")


def test_the_good_file_is_good() -> None:
    site = site_file.parse(GOOD, "city.yaml")
    zone = site.camera("33088100081320000001").presets[0].zones[0]
    assert zone.schedule == (Hours(days=("mon", "tue"), from_="08:00", to="20:00"),)
    assert zone.permits[0].valid_from is not None
    assert zone.violation_after_s is None


@pytest.mark.parametrize(
    ("zone", "written", "begins", "ends"),
    [
        ("Asia/Shanghai", "valid_from: 2026-03-01, valid_to: 2026-03-01", "2026-03-01T00:00+08", "2026-03-02T00:00+08"),
        # the day on which clocks are put forward has 23 hours
        ("Europe/Berlin", "valid_from: 2026-03-29, valid_to: 2026-03-29", "2026-03-29T00:00+01", "2026-03-30T00:00+02"),
        ("Asia/Shanghai", 'valid_to: "2026-12-31"', None, "2027-01-01T00:00+08"),
    ],
)
def test_a_day_of_a_permit_is_that_day_at_the_site(zone: str, written: str, begins: str | None, ends: str) -> None:
    text = GOOD.replace("Asia/Shanghai", zone).replace("valid_from: 2026-01-01T00:00:00+08:00", written)
    (permit,) = site_file.parse(text, "f").cameras[0].presets[0].zones[0].permits
    assert permit.valid_from == (datetime.fromisoformat(begins) if begins else None)
    assert permit.valid_to == datetime.fromisoformat(ends)
    assert site_file.parse(site_file.dump(site_file.parse(text, "f")), "f") == site_file.parse(text, "f")


def test_a_closed_ring_is_the_polygon_without_its_last_point() -> None:
    closed = GOOD.replace("[0.05, 0.98]]", "[0.05, 0.98], [0.10, 0.55]]")
    assert site_file.parse(closed, "f") == site_file.parse(GOOD, "f")


def test_words_that_yaml_1_1_changed_stay_words() -> None:
    text = GOOD.replace("name: 解放路与中山路口", "name: on").replace("[bus]", "[]").replace("江山市城区", "No")
    site = site_file.parse(text, "f")
    assert (site.cameras[0].name, site.site.name) == ("on", "No")


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"

    def at(line: int, cause: Message) -> Callable[[BaseException], bool]:
        return says("core.located", where=f"{path}:{line}", cause=cause)

    def unreadable(code: str) -> Callable[[BaseException], bool]:
        return says("store.site_file_unreadable", cause=Message(code))

    # as editors of Windows save it
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert site_file.load(path) == site_file.parse(GOOD, "f")
    for encoding in ("gb18030", "utf-16", "utf-16-le"):
        path.write_bytes(GOOD.encode(encoding))
        assert site_file.load(path) == site_file.parse(GOOD, "f")
    # A damaged place in UTF-8 is not read as other signs.
    path.write_bytes(GOOD.encode().replace("与中".encode(), "与".encode()[:2] + "中".encode()))
    with pytest.raises(SiteError, check=at(4, Message("store.site_file_not_utf8"))):
        site_file.load(path)
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(SiteError, check=at(1, Message("store.site_file_is_workbook"))):
        site_file.load(path)
    with pytest.raises(SiteError, check=unreadable("core.eisdir")):
        site_file.load(tmp_path)
    with pytest.raises(SiteError, check=unreadable("core.enoent")):
        site_file.load(tmp_path / "none.yaml")


def test_what_is_written_reads_like_the_documented_file() -> None:
    lines = site_file.dump(SITE).splitlines()
    assert lines[:5] == [
        "site: {name: 江山市城区, division: '330881', timezone: Asia/Shanghai}",
        "cameras:",
        "- id: '33088100081320000001'",
        "  name: 解放路与中山路口",
        "  source: rtsp://user:secret@10.0.0.8/Streaming/Channels/101",
    ]
    assert "      polygon: [[0.1, 0.55], [0.62, 0.5], [0.7, 0.98], [0.05, 0.98]]" in lines


def test_a_large_site_is_read_in_seconds() -> None:
    site = site_of(*(camera(f"c{number}") for number in range(500)))
    assert site_file.parse(site_file.dump(site), "f") == site


# Texts that some YAML would take for something else, and any others.
TEXTS = st.one_of(
    st.sampled_from(
        ["on", "no", "null", "~", "08:00", "1e3", "0x10", "1_000", "=", "<<", "2026-01-01", " a ", "#", "a: b"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
IDS = st.one_of(st.sampled_from(["001", "1e3", "null", "on", "-", "0x1F"]), st.from_regex(r"\A[A-Za-z0-9_-]{1,40}\Z"))
NAMES = TEXTS.filter(bool)
UNITS = st.floats(0, 1)
TRIANGLES = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), UNITS).map(
    lambda v: ((0.0, v[0]), (1.0, v[1]), (0.5 + v[2] / 4, 1.0))
)
HOURS = st.builds(
    Hours,
    days=st.lists(st.sampled_from(DAYS), min_size=1).map(tuple),
    from_=st.sampled_from(["00:00", "08:00", "23:59"]),
    to=st.sampled_from(["06:00", "12:30", "24:00"]),
)
SCHEDULES = st.lists(HOURS, min_size=1, max_size=3).map(tuple)
OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.none() | st.datetimes(datetime(2000, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - its bounds are naive
PERMITS = st.builds(Permit, polygon=st.none() | TRIANGLES, schedule=SCHEDULES, valid_from=MOMENTS, permit_no=NAMES)
AWARE = st.datetimes(datetime(2000, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - its bounds are naive
COUNTS = st.integers(0, 10_000)
SENT_BACK = st.builds(SentBack, at=AWARE, why=st.sampled_from(["budget", "rejected"]), count=COUNTS, limit=COUNTS)
OBSERVING = st.sampled_from([None, False, True]) | AWARE


def _zone(observing: bool | datetime | None, **fields: Any) -> Zone:
    until = observing if isinstance(observing, datetime) else None
    return Zone(observe=True if until else observing, observe_until=until, **fields)


ZONES = st.builds(
    _zone,
    observing=OBSERVING,
    id=IDS,
    name=TEXTS,
    violation=st.sampled_from(["illegal_parking", "exposed_garbage"]),
    polygon=TRIANGLES,
    candidate_after_s=st.none() | st.floats(0, 60),
    violation_after_s=st.none() | st.floats(60, 600),
    min_score=UNITS,
    attended=st.sampled_from([None, "ignore", "attended", "unattended"]),
    schedule=SCHEDULES,
    permits=st.lists(PERMITS, max_size=2).map(tuple),
    exempt=st.lists(st.sampled_from(["bus", "truck"]), max_size=2).map(tuple),
    agency=st.none() | TEXTS,
    shop=st.none() | st.builds(Shop, name=TEXTS, licence_no=TEXTS),
    daily_budget=st.integers(1, 10_000),
    sent_back=st.none() | SENT_BACK,
)
CAMERAS = st.builds(
    Camera,
    id=IDS,
    name=NAMES,
    org=st.none() | TEXTS,
    source=st.sampled_from(["rtsp://h/1", "rtsps://u:p%40@[::1]:554/a?b=c#d", "file:///a b/'c'.mp4"]),
    sampling=st.builds(Sampling, interval_s=st.floats(0.1, 60)),
    models=st.none() | st.lists(TEXTS, max_size=2).map(tuple),
    place=st.builds(Place, lon=st.none() | st.floats(-180, 180), address=TEXTS, heading=TEXTS),
    legal=st.builds(Legal, review_no=st.none() | TEXTS, review_date=st.none() | st.dates(), sign=st.booleans()),
    privacy_masks=st.lists(TRIANGLES, max_size=2).map(tuple),
    presets=st.lists(ZONES, max_size=2, unique_by=lambda zone: zone.id).map(
        lambda zones: (Preset(id="1", zones=tuple(zones)),)
    ),
)
SITES = st.builds(
    Site,
    site=st.builds(SiteInfo, name=NAMES, division=st.from_regex(r"\A[0-9]{6}\Z")),
    cameras=st.lists(CAMERAS, max_size=2, unique_by=lambda one: one.id).map(tuple),
)


@given(SITES)
@settings(deadline=None, max_examples=300)
def test_every_site_comes_back_from_its_file(site: Site) -> None:
    assert site_file.parse(site_file.dump(site), "f") == site


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "site: {name: &n s, division: '330881'}\ncameras: []\n",
        "a: &a [*a]\n",
        "- *never\n",
        "&k key: 1\n",
    ],
)
def test_anchors_and_aliases_are_refused_by_line(text: str) -> None:
    with pytest.raises(SiteError, match=r"f:[12]: .*(an anchor|undefined alias)"):
        site_file.parse(text, "f")


def test_aliases_of_aliases_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_MAX_NODES", 10_000)
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    refused = says("core.located", where="f:1", cause=Message("store.yaml_anchor_or_alias"))
    with pytest.raises(SiteError, check=refused):
        site_file.parse("\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *levels]), "f")
