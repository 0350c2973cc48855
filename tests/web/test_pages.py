"""Signing in, what each role is offered, and what a screen reader gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.app import create_app
from core.rights import Role
from tests.api.accounts import PASSWORD, Accounts
from tests.api.review_examples import Desk
from tests.extras import need
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA
from tests.web.conftest import PATIENCE_MS, Installation, SignedIn

need("playwright")

from playwright.sync_api import Page, expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
OFFERED = {
    Role.OFFICER: ["审核", "实时", "统计", "摄像机"],
    Role.ASSISTANT: ["审核", "摄像机"],
    Role.OPERATIONS: ["审核", "实时", "统计", "摄像机", "模型", "系统"],
    Role.ML_ENGINEER: ["审核", "统计", "摄像机", "模型"],
    Role.MANAGER: ["审核", "实时", "统计", "摄像机", "模型"],
    Role.SUPERVISION: ["审核", "实时", "统计", "摄像机", "督察", "审计"],
    Role.SYSTEM_ADMIN: ["用户", "系统"],
    Role.SECURITY_ADMIN: ["用户"],
    # Another administrator's account needs his consent.
    Role.AUDIT_ADMIN: ["审计", "用户"],
}


AT_REST = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity)
  await Promise.allSettled(ending.map((one) => one.finished))
}"""


def faults_for_screen_readers(page: Page) -> list[str]:
    """What axe finds serious or critical, once what moves has come to rest: colours are mixed while it fades in."""
    page.evaluate(AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_a_wrong_password_says_so_and_lets_nobody_in(visit: SignedIn) -> None:
    page = visit()
    page.locator("#name").fill("wang")
    page.locator("#password").fill("wrong-horse-battery")
    page.keyboard.press("Enter")
    expect(page.locator(".fault")).to_have_text("账号或密码错误。")
    expect(page.locator("#password")).to_have_value("")


def test_the_first_password_has_to_be_changed_before_anything_else(
    installation: Installation, sign_in: SignedIn
) -> None:
    installation.accounts.user("xin", Role.OFFICER, must_change_password=True)
    page = sign_in("xin")
    page.goto(f"{installation.address}/statistics")
    expect(page).to_have_url(f"{installation.address}/first-password")
    page.locator("#now").fill(PASSWORD)
    for field in ("#fresh", "#again"):
        page.locator(field).fill("another horse, another battery")
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(f"{installation.address}/review")


@pytest.mark.parametrize("role", OFFERED)
def test_each_role_is_offered_its_pages_and_no_other(installation: Installation, sign_in: SignedIn, role: Role) -> None:
    installation.accounts.user("somebody", role)
    page = sign_in("somebody")
    expect(page.locator(".rail .page")).to_have_text(OFFERED[role])
    if "用户" not in OFFERED[role]:
        page.goto(f"{installation.address}/users")
        expect(page.locator(".state h2")).to_have_text("没有这个页面")


def test_the_page_that_was_asked_for_opens_after_signing_in(installation: Installation, visit: SignedIn) -> None:
    page = visit()
    page.goto(f"{installation.address}/cameras")
    page.locator("#name").fill("wang")
    page.locator("#password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(f"{installation.address}/cameras")


def test_the_language_is_kept(sign_in: SignedIn) -> None:
    page = sign_in()
    page.locator(".avatar").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator(".rail .page").first).to_have_text("Review")
    page.reload()
    expect(page.locator(".rail .page").first).to_have_text("Review")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page(installation: Installation, sign_in: SignedIn, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("needs axe-core; it comes with make web")
    installation.add_event(1)
    installation.accounts.user("du", Role.SUPERVISION)
    page = sign_in("du")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{installation.address}/review")
    # Without a purpose the stills as received stay closed to supervision.
    expect(page.locator(".integrity.partly")).to_be_visible()
    found = {"review": faults_for_screen_readers(page)}
    for name, there in (("statistics", ".figures"), ("cameras", ".table"), ("audit", ".table")):
        page.goto(f"{installation.address}/{name}")
        expect(page.locator(there).first).to_be_visible()
        found[name] = faults_for_screen_readers(page)
    assert found == {name: [] for name in found}


def test_what_is_noisy_leads_operations_to_how_the_camera_observes(
    installation: Installation, sign_in: SignedIn
) -> None:
    earlier = replace(installation.services, clock=FakeClock(datetime.now(UTC) - timedelta(hours=1)))
    wang = Desk(Accounts(create_app(earlier), earlier).sign_in("wang"))
    for number in range(100, 110):
        assert wang.decide(installation.add_event(number)).status_code == 201
    installation.accounts.user("yun", Role.OPERATIONS)
    page: Page = sign_in("yun")
    page.goto(f"{installation.address}/statistics")
    # By type there is no one camera to go to.
    expect(page.locator(".table .chip.warn")).to_be_visible()
    expect(page.locator("a.chip.warn")).to_have_count(0)
    page.get_by_role("button", name="区域", exact=True).click()
    page.locator("a.chip.warn").click()
    expect(page).to_have_url(f"{installation.address}/cameras/{CAMERA.id}")
    expect(page.locator(".camera ol li").first).to_be_visible()
