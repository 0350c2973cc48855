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
from runtime.fleet import Fleet
from runtime.installation import Installation as Home
from runtime.model_import import ImportRequest, import_model
from store.events import EventRepository
from store.sites import SiteRepository
from tests.extras import need
from tests.rtsp import RtspServer, missing
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector
from tests.store.examples import CAMERA
from tests.web.conftest import PATIENCE_MS, Installation, SignedIn
from tests.web.test_pages import AXE, faults_for_screen_readers

need("playwright")

from playwright.sync_api import Locator, Page, expect  # noqa: E402 - skipped where it is not installed

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
    page.locator(".state .el-switch").click()
    field(page, "静止判定").fill("2")
    field(page, "满时违规").fill("6")
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


def test_a_zone_that_observes_says_until_when_or_what_sent_it_back(
    installation: Installation, sign_in: SignedIn
) -> None:
    (zone,) = CAMERA.presets[0].zones
    now = SystemClock().utc()
    week = zone.model_copy(update={"id": "week", "observe": True, "observe_until": now + timedelta(days=7)})
    why = SentBack(at=now, why="budget", count=51, limit=50)
    back = zone.model_copy(update={"id": "back", "name": "北侧人行道", "observe": True, "sent_back": why})
    camera = CAMERA.model_copy(update={"presets": (Preset(id="1", zones=(week, back)),)})
    SiteRepository(installation.services.engine, installation.services.vault).put_camera(camera)
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
    page.locator(".state .el-switch").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".save .chip.ok")).to_be_visible()
    assert kept(installation, CAMERA.id).presets[0].zones[1].observes(now) is False


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
