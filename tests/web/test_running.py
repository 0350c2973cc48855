"""Watching and running: live pictures, the system, models, supervision."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from core.rights import Role
from runtime.camera.live_window import LiveWindow
from store.site.sites import SiteRepository
from tests.api.test_models import taken_in
from tests.extras import need
from tests.live_parts import at_work
from tests.store.examples import CAMERA, camera, site_of
from tests.web.conftest import PATIENCE_MS, Installation, SignedIn
from tests.web.test_pages import AXE, faults_for_screen_readers

need("playwright")

from playwright.sync_api import expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)

REST = [f"cam-{number}" for number in range(40)]


@contextmanager
def watched(installation: Installation) -> Iterator[None]:
    """The first camera, watched."""
    with LiveWindow(installation.services.home) as window, at_work(window, every_s=1.5):
        yield


@pytest.fixture
def many_cameras(installation: Installation) -> None:
    SiteRepository(installation.services.engine).replace(site_of(CAMERA, *(camera(one) for one in REST)))


def test_an_officer_says_why_and_sees_what_stands_with_its_clock_running(
    installation: Installation, sign_in: SignedIn, many_cameras: None
) -> None:
    page = sign_in()
    asked: list[list[str]] = []
    page.on(
        "request",
        lambda one: (
            asked.append(parse_qs(urlsplit(one.url).query).get("camera", [])) if "/api/v1/live?" in one.url else None
        ),
    )
    with watched(installation):
        page.goto(f"{installation.address}/live")
        expect(page.locator(".tile")).to_have_count(0)
        page.locator(".ask input").fill("核实举报")
        page.locator(".ask button[type=submit]").click()
        tile = page.locator(".tile").first
        expect(tile.locator(".tag.violation")).to_have_text("5:00")
        expect(tile.locator(".tag.violation")).not_to_have_text("5:00")  # it runs on between two looks
        expect(tile.locator("footer .chip.bad")).to_have_text("1 处违规")
        # What is out of view is not fetched.
        assert CAMERA.id in asked[-1]
        assert len(asked[-1]) < len(REST)
        page.locator(".toggle").click()
        expect(page.locator(".tag")).to_have_count(0)
        page.locator(".toggle").click()
        with page.expect_request(lambda one: "size=large" in one.url):
            tile.locator(".picture").click()
        expect(page.locator(".large li.violation .what")).to_have_text("机动车乱停放")
        assert asked[-1] == [CAMERA.id]
        page.keyboard.press("Escape")
        expect(page.locator(".wall")).to_be_visible()
    expect(page.locator(".banner")).to_contain_text("分析未运行")
    (row,) = (
        one
        for one in installation.services.store.audit.page()[0]
        if (one.action, one.object_id) == ("live.view", CAMERA.id)
    )
    assert row.purpose == "核实举报"


@pytest.fixture
def another_model(installation: Installation, tmp_path: Path) -> str:
    """A model beside street-n, which is in use; it finds the same."""
    store = installation.services.models
    store.promote(["street-n"], reason="the first")
    taken_in(store, tmp_path, "another", *store.find("street-n").card.labels.values())
    return "another"


def test_a_model_is_promoted_with_a_reason_past_a_gate_that_objects(
    installation: Installation, sign_in: SignedIn, another_model: str
) -> None:
    for name in ("suan", "mo"):
        installation.accounts.user(name, Role.ML_ENGINEER)
    page = sign_in("suan")
    page.goto(f"{installation.address}/models")
    expect(page.locator(".model").first.locator("h2")).to_have_text("street-n")
    force(page, another_model)
    # One alone changes nothing.
    expect(page.get_by_role("status").filter(has_text="另一人")).to_contain_text(another_model)
    expect(page.locator(".model").first.locator("h2")).to_have_text("street-n")
    page = sign_in("mo")
    page.goto(f"{installation.address}/models")
    force(page, another_model)
    expect(page.locator(".model").first.locator("h2")).to_have_text(another_model)
    expect(page.locator(".history li").first).to_contain_text("强制")
    page.get_by_role("button", name="回退").click()
    page.locator("#reason").fill("更糟")
    page.locator(".el-dialog button[type=submit]").click()
    expect(page.locator(".model").first.locator("h2")).to_have_text("street-n")


def force(page: Any, another_model: str) -> None:
    """Promotes a model although the gate objects."""
    expect(page.locator(".model").first.locator(".limits")).to_contain_text("不可依赖")
    other = page.locator(".model", has_text=another_model)
    other.get_by_role("button", name="启用").click()
    page.locator("#reason").fill("一半的时间")
    page.locator(".el-dialog button[type=submit]").click()
    expect(page.locator(".objected")).to_contain_text("只看了 0 帧")
    expect(page.locator(".el-dialog button[type=submit]")).to_be_disabled()
    page.locator(".objected .el-checkbox").click()
    page.locator(".el-dialog button[type=submit]").click()
    expect(page.locator(".el-dialog")).to_be_hidden()


def test_decided_events_leave_for_training_with_a_purpose(
    installation: Installation, sign_in: SignedIn, tmp_path: Path
) -> None:
    installation.accounts.user("suan", Role.ML_ENGINEER)
    page = sign_in("suan")
    page.goto(f"{installation.address}/models")
    page.get_by_role("button", name="导出训练数据").click()
    download = page.locator(".el-dialog__footer .el-button--primary")
    expect(download).to_be_disabled()
    page.locator(".el-dialog .el-checkbox", has_text="摊位").click()
    page.locator("#export-purpose").fill("下一次训练")
    with page.expect_download() as started:
        download.click()
    started.value.save_as(tmp_path / "decided.zip")
    with zipfile.ZipFile(tmp_path / "decided.zip") as archive:
        assert archive.namelist() == ["decisions.jsonl"]  # nothing was decided yet
    (row,) = (one for one in installation.services.store.audit.page()[0] if one.action == "decisions.export")
    assert (row.purpose, row.after["label"] if row.after else None) == ("下一次训练", ["stall"])


PAGES = [
    (Role.OPERATIONS, "live", ".tile .tag"),
    (Role.OPERATIONS, "system", ".verdict"),
    (Role.ML_ENGINEER, "models", ".model"),
    (Role.SUPERVISION, "supervision", ".figures"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(
    installation: Installation, sign_in: SignedIn, another_model: str, scheme: str
) -> None:
    if not AXE.is_file():
        pytest.skip("needs axe-core; it comes with make web")
    installation.services.models.shadow(another_model)
    found = {}
    with watched(installation):
        for role, name, there in PAGES:
            installation.accounts.user(f"{role}-{name}", role)
            page = sign_in(f"{role}-{name}")
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto(f"{installation.address}/{name}")
            expect(page.locator(there).first).to_be_visible()
            found[name] = faults_for_screen_readers(page)
    assert found == {name: [] for name in found}
