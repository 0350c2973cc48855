"""Operations bring cameras into service in the browser: from the address to a violation, by table, and with a second
person where a rule is weakened."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.rights import Role
from core.settings import Settings
from core.site import Camera, Preset, SentBack
from models.store import ModelStore
from runtime.camera.fleet import Fleet
from runtime.home.installation import Installation as Home
from runtime.models.model_import import ImportRequest, import_model
from store.events.events import EventRepository
from store.site.sites import SiteRepository
from tests.extras import need
from tests.rtsp import RtspServer, missing
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector
from tests.store.examples import CAMERA, camera
from tests.web.conftest import DESK, PATIENCE_MS, PHONE, Installation, SignedIn
from tests.web.test_pages import AXE, faults_for_screen_readers

need("playwright")

from playwright.sync_api import Locator, Page, Route, expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)

LOGIN = "admin:s3cret"
# Around where the car of the film stands.
AROUND = [(0.3, 0.4), (0.9, 0.4), (0.9, 0.95), (0.3, 0.95)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "street.mp4", 40, stands(3, 38))


@pytest.fixture
def stream(film: Path) -> Iterator[str]:
    """The address of a real camera, with its password."""
    if reason := missing():
        pytest.skip(reason)
    server = RtspServer({"street": film}, loop=True, login=LOGIN)
    server.start()
    yield server.url("street", LOGIN)
    server.stop()


@pytest.fixture
def operations(installation: Installation, sign_in: SignedIn) -> Page:
    installation.accounts.user("yun", Role.OPERATIONS)
    page: Page = sign_in("yun")
    page.goto(f"{installation.address}/cameras")
    return page


def kept(installation: Installation, camera_id: str) -> Camera:
    site = SiteRepository(installation.services.engine).load()
    assert site is not None
    return site.camera(camera_id)


def field(page: Page | Locator, label: str) -> Locator:
    return page.locator("label", has_text=re.compile(f"^{label}")).locator("input").first


def click_at(page: Page, x: float, y: float) -> None:
    """Clicks on the picture, at shares of its width and height."""
    box = page.locator(".plane").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def until(found: Callable[[], Any]) -> Any:
    end_s = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end_s:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError("waited in vain")


@pytest.mark.rtsp
def test_from_the_address_of_a_real_stream_to_a_violation(
    installation: Installation, operations: Page, stream: str, tmp_path: Path
) -> None:
    page = operations
    page.get_by_role("button", name="添加摄像机").click()
    field(page, "视频地址").fill(stream)
    page.get_by_role("button", name="试连").click()
    expect(page.locator(".result")).to_contain_text("320 × 180")
    expect(page.locator(".result img")).to_be_visible()
    field(page, "编号").fill("gate")
    field(page, "名称").fill("北门")
    page.get_by_role("button", name="添加并画区域").click()
    expect(page).to_have_url(f"{installation.address}/cameras/gate/zones")
    expect(page.locator(".plane img")).to_be_visible()
    page.keyboard.press("n")
    for x, y in AROUND:
        click_at(page, x, y)
    page.keyboard.press("Enter")
    expect(page.locator(".zone.on")).to_have_count(1)
    page.locator(".state").get_by_role("button", name="生效").click()
    field(page, "静止判定").fill("2")
    field(page, "违规时限").fill("6")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".save .chip.ok")).to_be_visible()
    (zone,) = kept(installation, "gate").presets[0].zones
    assert (zone.violation, zone.violation_after_s, zone.observe) == ("illegal_parking", 6, False)
    assert zone.polygon == tuple(pytest.approx(point, abs=0.01) for point in AROUND)
    assert "s3cret" not in page.content()
    with watched(installation, tmp_path):
        events = EventRepository(installation.services.engine)
        found = until(lambda: [one for one in events.page().events if one.state == "violation"])
    assert (found[0].camera_id, found[0].zone_id) == ("gate", zone.id)


@pytest.mark.rtsp
def test_a_camera_that_turns_is_told_by_pictures_where_it_stands(
    installation: Installation, operations: Page, stream: str
) -> None:
    services = installation.services
    services.store.opened_sites.put_camera(camera("dome", source=stream))
    operations.goto(f"{installation.address}/cameras/dome/zones")
    operations.get_by_role("button", name="添加预置位").click()
    known = operations.locator(".view")
    expect(known).to_contain_text("还不能识别此预置位，区域暂不生效")
    operations.get_by_role("button", name="预置位 1").click()
    expect(known).to_contain_text("默认摄像机停在此预置位")
    for preset in (1, 2):
        operations.get_by_role("button", name=f"预置位 {preset}").click()
        known.get_by_role("button", name="记下现在的画面").click()
        expect(known).to_contain_text("已能识别此预置位")
    operations.get_by_role("button", name="保存").click()
    expect(operations.locator(".save .chip.ok")).to_be_visible()
    presets = kept(installation, "dome").presets
    assert [preset.id for preset in presets] == ["1", "2"]
    for preset in presets:
        assert (services.views_folder / "dome" / f"{preset.view}.jpg").is_file()
    # The picture of a preset is what its zones are drawn on.
    expect(operations.locator(".plane img")).to_be_visible()


def test_a_zone_that_observes_says_until_when_or_what_sent_it_back(
    installation: Installation, sign_in: SignedIn
) -> None:
    (zone,) = CAMERA.presets[0].zones
    now = SystemClock().utc()
    week = zone.model_copy(update={"id": "week", "observe": True, "observe_until": now + timedelta(days=7)})
    why = SentBack(at=now, why="budget", count=51, limit=50)
    back = zone.model_copy(update={"id": "back", "name": "北侧人行道", "observe": True, "sent_back": why})
    camera = CAMERA.model_copy(update={"presets": (Preset(id="1", zones=(week, back)),)})
    SiteRepository(installation.services.engine, installation.services.store.vault).put_camera(camera)
    installation.accounts.user("yun", Role.OPERATIONS)
    page: Page = sign_in("yun")
    page.goto(f"{installation.address}/cameras")
    row = page.locator("tbody tr", has_text=CAMERA.name)
    expect(row).to_contain_text("1 个观察中")
    expect(row).to_contain_text("1 个自动退回观察期")
    row.get_by_role("button", name=CAMERA.name).click()
    listed = page.locator(".camera ol li")
    expect(listed.nth(0)).to_contain_text("观察期至")
    expect(listed.nth(1)).to_contain_text("自动退回观察期：当日告警超出预算（51/50）")
    # A person puts it in force again.
    page.goto(f"{installation.address}/cameras/{CAMERA.id}/zones")
    page.get_by_role("button", name="北侧人行道").click()
    expect(page.locator(".rule")).to_contain_text("当日告警超出预算（51/50）")
    page.locator(".state").get_by_role("button", name="生效").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".save .chip.ok")).to_be_visible()
    assert kept(installation, CAMERA.id).presets[0].zones[1].observes(now) is False


def test_on_a_phone_each_camera_is_a_card_that_needs_no_scrolling(
    installation: Installation, sign_in: SignedIn
) -> None:
    page: Page = sign_in(size=PHONE)
    page.goto(f"{installation.address}/cameras")
    row = page.locator("tbody tr", has_text=CAMERA.name)
    name, condition = row.get_by_role("button", name=CAMERA.name), row.locator(".chip").first
    expect(name).to_be_visible()
    expect(row).to_contain_text(CAMERA.id)
    assert page.locator(".scroll").evaluate("list => list.scrollWidth <= list.clientWidth")
    # The name has one line, and how the camera is doing stands beside it.
    where, beside = name.bounding_box(), condition.bounding_box()
    assert where is not None
    assert beside is not None
    assert where["height"] < 30
    assert abs(where["y"] - beside["y"]) < where["height"]
    name.click()
    expect(page.locator(".camera h2").first).to_be_visible()


class watched:  # noqa: N801 - used as a word in `with`
    """Watches the site of an installation through a detector of red things."""

    def __init__(self, installation: Installation, scratch: Path) -> None:
        home = installation.services.home
        red = write_red_detector(scratch / "red.onnx")
        store = ModelStore(home)
        import_model(ImportRequest(red, "red", "yolo-e2e", "coco", None, None, None), store)
        store.promote(["red"], reason="a test")
        self._stop = threading.Event()
        fleet = Fleet(Home(Settings(home=home)), SystemClock())
        self._thread = threading.Thread(target=fleet.run, args=(self._stop,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)


def open_zones(page: Page, installation: Installation) -> None:
    """The zones of a camera that does not answer: they can be edited all the same."""
    page.goto(f"{installation.address}/cameras/{CAMERA.id}/zones")
    expect(page.locator(".item")).to_have_count(1)
    page.locator(".item").click()
    expect(page.locator(".point")).to_have_count(4)


def test_nothing_can_be_drawn_before_the_zones_are_there(installation: Installation, operations: Page) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    operations.route(f"**/api/v1/cameras/{CAMERA.id}", hold)
    with operations.expect_request(f"**/api/v1/cameras/{CAMERA.id}"):
        operations.goto(f"{installation.address}/cameras/{CAMERA.id}/zones")
    expect(operations.get_by_role("button", name="保存")).to_be_disabled()
    expect(operations.get_by_role("button", name="添加预置位")).to_have_count(0)
    asked[0].continue_()
    operations.get_by_role("button", name="添加预置位").click()
    expect(operations.get_by_role("button", name="预置位 2")).to_be_visible()


def test_points_move_by_keyboard_and_back_by_undo(installation: Installation, operations: Page) -> None:
    open_zones(operations, installation)
    first = operations.locator(".point").first
    first.focus()
    for _ in range(3):
        operations.keyboard.press("Shift+ArrowLeft")
    moved = first.get_attribute("aria-label")
    assert moved is not None
    assert "横 8.1%" in moved
    operations.keyboard.press("Control+z")
    expect(first).to_have_attribute("aria-label", re.compile("横 10.0%"))
    operations.locator(".point").nth(1).focus()
    operations.keyboard.press("Delete")
    expect(operations.locator(".point")).to_have_count(3)
    operations.locator(".point").first.focus()
    operations.keyboard.press("Delete")
    expect(operations.locator(".hint")).to_have_text("至少要三个点。")
    operations.keyboard.press("Escape")
    operations.keyboard.press("Escape")
    expect(operations.locator(".point")).to_have_count(0)
    operations.keyboard.press("Control+z")
    operations.locator(".item").click()
    expect(operations.locator(".point")).to_have_count(4)


def test_edges_that_cross_are_refused(installation: Installation, operations: Page) -> None:
    open_zones(operations, installation)
    operations.keyboard.press("n")
    for x, y in ((0.2, 0.2), (0.4, 0.2), (0.4, 0.4)):
        click_at(operations, x, y)
    click_at(operations, 0.3, 0.1)
    expect(operations.locator(".hint.bad")).to_have_text("边线不能交叉，已退回。")
    operations.keyboard.press("Enter")
    expect(operations.locator(".zone")).to_have_count(2)


def test_a_smaller_zone_is_shown_to_a_second_person_who_lets_it_hold(
    installation: Installation, operations: Page, sign_in: SignedIn
) -> None:
    installation.accounts.user("guan", Role.MANAGER)
    open_zones(operations, installation)
    operations.locator(".point").first.focus()
    operations.keyboard.press("Shift+ArrowRight")
    operations.get_by_label("变更说明（选填，第二人可见）").fill("人行道已改造")
    operations.get_by_role("button", name="保存").click()
    expect(operations.locator(".waiting")).to_contain_text("区域缩小")
    before = kept(installation, CAMERA.id)
    assert before.presets == CAMERA.presets
    second: Page = sign_in("guan")
    second.goto(f"{installation.address}/cameras")
    second.get_by_role("button", name="待确认 1").click()
    expect(second.locator(".waiting")).to_contain_text("人行道已改造")
    second.get_by_role("button", name="同意生效").click()
    expect(second.locator(".waiting")).to_have_count(0)
    assert kept(installation, CAMERA.id).presets != CAMERA.presets


def longer_limit(installation: Installation) -> None:
    """Operations ask for a longer limit and an exemption; no outline changes."""
    client = installation.accounts.as_role(Role.OPERATIONS)
    address = f"/api/v1/cameras/{CAMERA.id}"
    zone = CAMERA.presets[0].zones[0].model_copy(update={"violation_after_s": 600.0, "exempt": ("van",)})
    presets = [Preset(id="1", zones=(zone,)).model_dump(mode="json", by_alias=True)]
    told = {"presets": presets, "privacy_masks": []}
    answer = client.put(f"{address}/zones", json=told, headers={"If-Match": client.get(address).headers["ETag"]})
    assert answer.json()["waits"], answer.text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICER])
def test_a_second_person_sees_each_value_as_it_is_and_as_it_would_be(
    installation: Installation, sign_in: SignedIn, role: Role
) -> None:
    longer_limit(installation)
    installation.accounts.user("guan", role)
    page: Page = sign_in("guan")
    page.goto(f"{installation.address}/cameras/{CAMERA.id}")
    waiting = page.locator(".waiting")
    values = waiting.locator("dl.zone .values")
    expect(values).to_have_count(2)
    # The defaults of the types come by themselves.
    expect(values.first).to_contain_text("5 分 00 秒")
    told = [one.locator("span, strong").all_inner_texts() for one in values.all()]
    assert told == [["5 分 00 秒", "10 分 00 秒"], ["无", "面包车"]]
    expect(waiting.locator("svg[role=img]")).to_have_count(0)
    allowed = role == Role.MANAGER
    expect(waiting.get_by_role("button", name="同意生效")).to_have_count(1 if allowed else 0)
    expect(waiting.get_by_text("由法制审核或管理人员确认")).to_have_count(0 if allowed else 1)


def test_enter_tries_an_address_and_what_is_missing_is_said(installation: Installation, operations: Page) -> None:
    operations.get_by_role("button", name="添加摄像机").click()
    dialog = operations.get_by_role("dialog")
    expect(dialog.locator(".end")).to_contain_text("尚未填写：视频地址、编号、名称")
    field(dialog, "视频地址").fill("http://10.0.0.9/1")
    field(dialog, "视频地址").press("Enter")
    expect(dialog.locator(".result.bad")).to_contain_text("rtsp://")
    expect(dialog.locator(".end")).to_contain_text("尚未填写：编号、名称")
    expect(dialog.get_by_role("button", name="添加并画区域")).to_be_disabled()
    # Of another address nothing is known yet.
    field(dialog, "视频地址").fill("rtsp://10.0.0.9/1")
    expect(dialog.locator(".result.bad")).to_have_count(0)


def test_a_new_zone_is_called_by_its_violation(installation: Installation, operations: Page) -> None:
    open_zones(operations, installation)
    for name in ("机动车乱停放", "机动车乱停放 2"):
        operations.keyboard.press("n")
        operations.get_by_role("button", name="放一个矩形").click()
        expect(field(operations, "名称")).to_have_value(name)
    # Both have one middle; their names stand in two lines all the same.
    first, second = (
        operations.locator(".plane text", has_text=re.compile(name)).bounding_box() for name in ("放\\s*$", "放 2")
    )
    assert first is not None
    assert second is not None
    assert abs(first["y"] - second["y"]) > first["height"] / 2


def test_a_table_with_faults_is_refused_by_row_and_taken_once_it_is_mended(
    installation: Installation, operations: Page
) -> None:
    head = "编号,名称,视频地址\n"
    bad = head + "a b,北门,rtsp://10.0.0.9/1\nsquare,广场,http://10.0.0.10/1\n"
    good = head + "gate,北门,rtsp://10.0.0.9/1\nsquare,广场,rtsp://10.0.0.10/1\n"
    operations.get_by_role("button", name="批量导入").click()
    chooser = operations.locator(".drop input")
    chooser.set_input_files({"name": "cameras.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    expect(operations.locator(".importing tbody tr")).to_have_count(2)
    expect(operations.locator(".importing tbody tr").nth(1)).to_contain_text("source")
    take = operations.get_by_role("button", name=re.compile("^导入 "))
    expect(take).to_be_disabled()
    chooser.set_input_files({"name": "cameras.csv", "mimeType": "text/csv", "buffer": good.encode()})
    expect(take).to_be_enabled()
    take.click()
    expect(operations.locator(".done")).to_contain_text("已导入 2 台")
    assert kept(installation, "gate").name == "北门"
    operations.get_by_role("link", name="广场：画区域").click()
    expect(operations).to_have_url(f"{installation.address}/cameras/square/zones")


BOARD = "点位台账,,,,\n序号,点位编号,点位名称,推流,厂家\n1,gate,北门,{source},海康\n"


def take(page: Page, content: bytes) -> None:
    """Gives the dialog a table."""
    file = {"name": "台账.csv", "mimeType": "text/csv", "buffer": content}
    page.locator(".drop input").set_input_files(file)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_person_says_what_the_columns_of_a_table_are(
    installation: Installation, sign_in: SignedIn, language: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """A list as people keep it: two headings that nobody knows, one of them needed; a fault below; then imported."""
    is_chinese = language == "zh-CN"
    installation.accounts.user("yun", Role.OPERATIONS)
    page: Page = sign_in("yun", size=size)
    page.evaluate(f"localStorage.setItem('jiejing.language', '{language}')")
    page.goto(f"{installation.address}/cameras")
    page.get_by_role("button", name="批量导入" if is_chinese else "Import").click()
    take(page, BOARD.format(source="http://10.0.0.9/1").encode())
    mapping = page.locator(".mapping")
    expect(mapping.locator("summary")).to_contain_text("2 列待指定" if is_chinese else "2 to be chosen")
    expect(mapping.locator("summary")).to_contain_text("缺少必填：视频地址" if is_chinese else "missing: source")
    button = page.get_by_role("button", name=re.compile("^导入 " if is_chinese else "^Import 0|^Import 1"))
    expect(button).to_be_disabled()
    page.screenshot(path=tmp_path / f"unknown-{language}-{size[0]}.png")
    # Nothing of the dialog is wider than the screen.
    assert page.locator(".el-dialog").evaluate("it => it.scrollWidth <= it.clientWidth")
    mapping.get_by_label("厂家").select_option("")
    expect(mapping.locator("li", has_text="厂家")).to_contain_text("本次指定" if is_chinese else "chosen now")
    mapping.get_by_label("推流").select_option("source")
    faults = page.locator(".importing tbody tr")
    expect(faults).to_have_count(1)
    expect(faults).to_contain_text(["3"])
    expect(faults).to_contain_text("rtsp://")
    page.screenshot(path=tmp_path / f"fault-{language}-{size[0]}.png")
    # Another file is a table of its own: what was said of the first is asked again, as nothing was imported.
    take(page, BOARD.format(source="rtsp://10.0.0.9/1").encode())
    expect(mapping.locator("li.open")).to_have_count(2)
    mapping.get_by_label("推流").select_option("source")
    expect(mapping.locator("li.open")).to_have_count(1)
    mapping.get_by_label("厂家").select_option("")
    expect(button).to_be_enabled()
    page.screenshot(path=tmp_path / f"sound-{language}-{size[0]}.png")
    button.click()
    expect(page.locator(".done")).to_be_visible()
    assert kept(installation, "gate").name == "北门"
    # Nobody is asked twice.
    page.locator(".el-dialog__footer button").click()
    page.get_by_role("button", name="批量导入" if is_chinese else "Import").click()
    take(page, BOARD.format(source="rtsp://10.0.0.9/2").encode())
    remembered = mapping.locator("li", has_text="推流")
    expect(remembered).to_contain_text("以前指定过" if is_chinese else "chosen earlier")
    expect(button).to_be_enabled()


def test_the_template_is_downloaded_where_tables_are_imported(operations: Page) -> None:
    operations.get_by_role("button", name="批量导入").click()
    for name in ("XLSX", "CSV"):
        with operations.expect_download() as download:
            operations.locator(".template").get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"cameras.{name.lower()}"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("编号 id,名称 name,")
    assert len(text.splitlines()) == 2


# What an operator gets wrong, by the column; one more column is nowhere known.
WRONG = {
    "编号": ("a b", "33088100081180000001", "4.4E+17"),
    "名称": ("", "北\t门"),
    "视频地址": (
        "http://10.0.0.9/1",
        "rtsp://",
        "rtsp://a:b c@10.0.0.9/1",
        "rtsp://***@10.0.0.9/1",
    ),
    "子码流": ("udp://10.0.0.9/2",),
    "组织": ("没有的街道",),
    "抽帧方式": ("sometimes",),
    "抽帧间隔": ("0.05", "61", "soon"),
    "经度": ("181", "east"),
    "纬度": ("-91",),
    "网格": ("A1", "1234567890123456"),
}
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


def table_of_faults() -> bytes:
    """A row for each value of WRONG, right but for that; at last one row twice."""
    right = {"编号": "gate", "名称": "北门", "视频地址": "rtsp://10.0.0.9/1"}
    wrong = [(column, value) for column, values in WRONG.items() for value in values]
    rows = [{**right, "编号": f"gate-{number}", column: value} for number, (column, value) in enumerate(wrong)]
    cells = [[row.get(column, "") for column in WRONG] for row in [*rows, right, right]]
    return "\n".join(",".join(line) for line in [list(WRONG), *cells]).encode()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_faults_of_a_table_are_told_in_the_language_of_the_app(
    installation: Installation, operations: Page, language: str
) -> None:
    operations.evaluate(f"localStorage.setItem('jiejing.language', '{language}')")
    operations.reload()
    operations.get_by_role("button", name="批量导入" if language == "zh-CN" else "Import").click()
    chooser = operations.locator(".drop input")
    chooser.set_input_files({"name": "cameras.csv", "mimeType": "text/csv", "buffer": table_of_faults()})
    causes = operations.locator(".importing tbody td.cause")
    expect(causes).to_have_count(sum(map(len, WRONG.values())) + 1)
    in_english = [text for text in causes.all_inner_texts() if ENGLISH.search(text)]
    assert in_english == ([] if language == "zh-CN" else causes.all_inner_texts())
    columns = operations.locator(".importing tbody td:nth-child(2)").all_inner_texts()
    assert ("source" in columns) is (language == "en")
    assert any(text.startswith("视频地址") for text in columns) is (language == "zh-CN")
    # A file without rows that can be read, and one with a heading that no column has.
    for head in ("编号,名称,视频地址".encode(), "编号,名称,视频地址,型号".encode()):
        chooser.set_input_files({"name": "cameras.csv", "mimeType": "text/csv", "buffer": head})
        expect(causes).to_have_count(1)
        assert bool(ENGLISH.search(causes.inner_text())) is (language == "en")


def test_a_rule_that_the_server_refuses_is_told_in_chinese(installation: Installation, operations: Page) -> None:
    open_zones(operations, installation)
    field(operations, "静止判定").fill("700")
    field(operations, "违规时限").fill("600")
    operations.get_by_role("button", name="保存").click()
    expect(operations.locator("aside > .fault")).to_have_text(
        "预置位 1，区域 1：静止判定（700 秒）不能长于违规时限（600 秒）"
    )
    assert kept(installation, CAMERA.id).presets == CAMERA.presets
    # It stands at the top of a panel that is longer than the screen: saving from below leads to it.
    operations.locator("aside").evaluate("panel => { panel.scrollTop = panel.scrollHeight }")
    expect(operations.locator("aside > .fault")).not_to_be_in_viewport()
    operations.get_by_role("button", name="保存").click()
    expect(operations.locator("aside > .fault")).to_be_focused()
    expect(operations.locator("aside > .fault")).to_be_in_viewport()


def test_an_officer_is_offered_no_change(installation: Installation, sign_in: SignedIn) -> None:
    page: Page = sign_in()
    page.goto(f"{installation.address}/cameras/{CAMERA.id}")
    expect(page.locator(".camera h2").first).to_be_visible()
    for name in ("添加摄像机", "批量导入", "导出", "编辑区域", "修改信息", "移除", "录入合法性记录"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto(f"{installation.address}/cameras/{CAMERA.id}/zones")
    expect(page).to_have_url(f"{installation.address}/cameras/{CAMERA.id}")


def test_the_legal_reviewer_enters_the_record_with_its_document(installation: Installation, sign_in: SignedIn) -> None:
    installation.accounts.user("fa", Role.LEGAL_REVIEWER)
    page: Page = sign_in("fa")
    page.goto(f"{installation.address}/cameras/{CAMERA.id}")
    page.get_by_role("button", name="录入合法性记录").click()
    field(page, "法制审核文号").fill("法审〔2026〕1号")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".legal .fault")).to_have_text("请附上所依据的文件。")
    document = {"name": "审核意见.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    page.locator(".file input").set_input_files(document)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".document")).to_contain_text("审核意见.pdf")
    assert kept(installation, CAMERA.id).legal.review_no == "法审〔2026〕1号"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_where_cameras_are_changed(
    installation: Installation, operations: Page, scheme: str
) -> None:
    if not AXE.is_file():
        pytest.skip("needs axe-core; it comes with make web")
    page = operations
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for name in ("添加摄像机", "批量导入"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found[name] = faults_for_screen_readers(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    open_zones(page, installation)
    found["zones"] = faults_for_screen_readers(page)
    assert found == {name: [] for name in found}
