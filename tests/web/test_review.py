"""Officers at work: by keyboard, together, on a phone."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from api.app import create_app
from core.rights import Role
from store.base.engine import writing
from store.events.events import EventRepository
from store.review.attachments import AttachmentRepository
from store.review.decisions import DecisionRepository
from tests.api.accounts import Accounts
from tests.api.review_examples import Desk, jpeg
from tests.extras import need
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, SITE, camera, site_of
from tests.web.conftest import DESK, PATIENCE_MS, PHONE, Installation, SignedIn

need("playwright")

from playwright.sync_api import Page, Route, expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)

SITE_ZONE = ZoneInfo("Asia/Shanghai")


def wait_for_pictures(page: Page) -> None:
    """Until every file of the open event was downloaded and checked."""
    expect(page.locator(".integrity.sound")).to_be_visible()


def look_at_everything(page: Page) -> None:
    for key in "123":
        page.keyboard.press(key)
        expect(page.locator(f".tab:nth-child({key}).done")).to_be_visible()


def hold(page: Page, address: str) -> list[Route]:
    """Requests to an address, each kept waiting until it is let go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def verdicts(installation: Installation, event_id: str) -> list[tuple[str, str | None, bool]]:
    found = DecisionRepository(installation.services.engine, installation.services.store.audit).of_event(event_id)
    return [(one.verdict, one.reason, one.undone_at is not None) for one in found]


def test_reject_with_a_reason_by_two_keys_and_take_it_back_by_a_third(
    installation: Installation, sign_in: SignedIn
) -> None:
    first, second = installation.add_event(1), installation.add_event(2)
    page = sign_in()
    wait_for_pictures(page)
    opened = page.url.split("/")[-2]
    assert opened in (first, second)
    expect(page.locator(".actions .no")).to_be_enabled()
    page.keyboard.press("r")
    expect(page.locator(".reject")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator(".undo")).to_contain_text("已获许可")
    assert verdicts(installation, opened) == [("rejected", "permitted", False)]
    other = second if opened == first else first
    expect(page).to_have_url(re.compile(other))
    page.keyboard.press("z")
    expect(page.locator(".undo")).to_contain_text("已撤销")
    assert verdicts(installation, opened) == [("rejected", "permitted", True)]
    expect(page).to_have_url(re.compile(opened))


def test_an_officer_sees_when_the_thing_was_out_of_sight(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    history = EventRepository(installation.services.engine).get(event_id)
    assert history is not None
    began = history.event.still_since.astimezone(SITE.site.zone_info)
    hidden = [f"{began + timedelta(seconds=second):%H:%M:%S}" for second in (100, 130)]
    expect(page.locator(".dwell .gaps li")).to_have_text("–".join(hidden))
    expect(page.locator(".dwell .bridged.stretch")).to_have_attribute("style", re.compile(r"left: 33\.3.*width: 10%"))


def test_approving_opens_only_once_everything_was_seen(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    approve = page.locator(".actions .yes")
    expect(page.locator(".actions .no")).to_be_enabled()
    expect(approve).to_be_disabled()
    page.keyboard.press("a")
    expect(page.locator("form.approve")).to_have_count(0)
    look_at_everything(page)
    expect(approve).to_be_enabled()
    page.keyboard.press("a")
    form = page.locator("form.approve")
    send = form.locator("button[type=submit]")
    send.click()
    expect(form.get_by_role("alert")).to_contain_text("还缺：号牌")
    assert not verdicts(installation, event_id)
    form.locator(".plate input").fill("浙h·12345")
    for number, name in ((0, "白"), (1, "小型汽车")):
        select = form.locator(".el-select").nth(number)
        if name not in select.inner_text():
            select.click()
            page.locator(".el-select-dropdown__item:visible", has_text=re.compile(f"^{name}$")).click()
    send.click()
    expect(page.locator(".undo")).to_contain_text("已通过")
    (decision,) = DecisionRepository(installation.services.engine, installation.services.store.audit).of_event(event_id)
    assert decision.subject.vehicle.plate == "浙H12345"
    assert None not in (decision.seen.first_picture, decision.seen.last_picture, decision.seen.subject)
    assert decision.spent_s > 0


def test_one_event_is_worked_on_by_one_officer(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    first = sign_in("wang")
    expect(first.locator(".state.mine")).to_be_visible()
    second = sign_in("li")
    second.goto(f"{installation.address}/review/{event_id}")
    expect(second.locator(".state.held")).to_contain_text("wang")
    expect(second.locator(".actions .no")).to_be_disabled()
    first.keyboard.press("r")
    first.keyboard.press("1")
    expect(first.locator(".undo")).to_be_visible()
    assert [one[:2] for one in verdicts(installation, event_id)] == [("rejected", "not_a_violation")]


def test_a_new_event_announces_itself(installation: Installation, sign_in: SignedIn) -> None:
    installation.add_event(1)
    page = sign_in()
    expect(page.locator(".connection.live")).to_be_visible()
    installation.add_event(2)
    page.locator(".fresh").click()
    expect(page.locator(".list .row")).to_have_count(2)


def test_a_picture_that_was_changed_on_disk_is_found_and_not_shown(
    installation: Installation, sign_in: SignedIn
) -> None:
    event_id = installation.add_event(1)
    picture = installation.file_of(event_id, "marked/first_rest.jpg")
    content = bytearray(picture.read_bytes())
    content[len(content) // 2] ^= 1
    picture.write_bytes(content)
    page = sign_in()
    expect(page.locator(".integrity.changed")).to_contain_text("marked/first_rest.jpg")
    expect(page.locator(".stage [role=alert]")).to_be_visible()
    expect(page.locator(".tab:nth-child(1).done")).to_have_count(0)


def test_a_picture_and_its_manifest_that_were_forged_together_are_found_by_the_signature(
    installation: Installation, sign_in: SignedIn
) -> None:
    page = sign_in()
    event_id = installation.add_event(1)
    picture = jpeg()

    def forge(route: Route) -> None:
        manifest = json.loads(route.fetch().body())
        for one in manifest["files"]:
            if one["path"] == "marked/first_rest.jpg":
                one |= {"size": len(picture), "digests": {"sha256": hashlib.sha256(picture).hexdigest()}}
        route.fulfill(body=json.dumps(manifest), content_type="application/json")

    page.route("**/manifest.json", forge)
    page.route("**/marked/first_rest.jpg", lambda route: route.fulfill(body=picture, content_type="image/jpeg"))
    page.goto(f"{installation.address}/review/{event_id}")
    expect(page.locator(".integrity.changed")).to_contain_text("manifest.json")
    expect(page.locator(".stage .screen img")).to_have_count(0)


def test_a_key_that_this_browser_never_saw_is_told_until_somebody_compared_it(
    installation: Installation, sign_in: SignedIn
) -> None:
    installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    # At first sight the keys of the site are taken on trust.
    expect(page.locator(".integrity.stranger")).to_have_count(0)
    page.evaluate("localStorage.setItem('jiejing.evidence-keys', JSON.stringify(['ab'.repeat(32)]))")
    page.reload()
    wait_for_pictures(page)
    told = page.locator(".integrity.stranger")
    expect(told).to_contain_text(re.compile("[0-9a-f]{4} [0-9a-f]{4}"))
    told.get_by_role("button").click()
    expect(told).to_have_count(0)
    page.reload()
    wait_for_pictures(page)
    expect(page.locator(".integrity.stranger")).to_have_count(0)


def test_the_page_shows_what_was_sealed_and_tells_what_the_data_base_says_otherwise(
    installation: Installation, sign_in: SignedIn
) -> None:
    installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    expect(page.locator(".integrity .signer")).to_contain_text(re.compile("[0-9a-f]{4} [0-9a-f]{4}"))
    expect(page.locator(".facts .seal")).to_have_count(0)
    stood = page.locator(".facts .sealed-dwell").inner_text()
    with writing(installation.services.engine) as session:
        session.execute(text("UPDATE event_changes SET dwell_s = 98765"))
    page.reload()
    expect(page.locator(".facts .seal")).to_contain_text("数据库与封存内容不一致")
    expect(page.locator(".facts .seal")).to_contain_text("98765")
    expect(page.locator(".facts .sealed-dwell")).to_have_text(stood)


def test_without_a_seal_that_holds_nothing_is_shown_or_decided(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    installation.file_of(event_id, "manifest.dsse.json").unlink()
    page = sign_in()
    expect(page.locator(".facts .seal")).to_contain_text("封存已被破坏")
    expect(page.locator(".stage .screen img")).to_have_count(0)
    expect(page.locator(".actions .no")).to_be_disabled()


def test_the_first_picture_is_on_its_way_with_the_manifest_and_shown_once_that_vouches_for_it(
    installation: Installation, sign_in: SignedIn
) -> None:
    page = sign_in()
    event_id = installation.add_event(1)
    held = hold(page, "**/manifest.json")
    with page.expect_response("**/marked/first_rest.jpg") as picture:
        page.goto(f"{installation.address}/review/{event_id}")
    picture.value.finished()
    assert len(held) == 1
    expect(page.locator(".stage .loading")).to_be_visible()
    expect(page.locator(".stage .screen img")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".stage .screen img")).to_be_visible()


def test_who_is_signed_in_is_asked_once_and_the_first_event_opened_once(
    installation: Installation, sign_in: SignedIn
) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    # News of one's own claim would have it read again.
    hold(page, "**/api/v1/stream")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url.removeprefix(installation.address)))
    page.goto(f"{installation.address}/review")
    wait_for_pictures(page)
    assert asked.count("/api/v1/session") == 1
    assert asked.count(f"/api/v1/events/{event_id}/openings/1") == 1
    assert asked.count(f"/api/v1/packages/{event_id}/files/marked/first_rest.jpg") == 1


def test_who_went_on_is_not_called_back_by_the_queue(installation: Installation, sign_in: SignedIn) -> None:
    page = sign_in()
    installation.add_event(1)
    held = hold(page, "**/api/v1/events?*")
    with page.expect_request("**/api/v1/events?*"):
        page.goto(f"{installation.address}/review")
    page.get_by_role("link", name="统计").click()
    expect(page.locator(".figures")).to_be_visible()
    with page.expect_response("**/api/v1/events?*"):
        held[0].continue_()
    expect(page).to_have_url(f"{installation.address}/statistics")


def test_thousands_of_events_need_only_the_rows_on_the_screen(installation: Installation, sign_in: SignedIn) -> None:
    for number in range(1, 131):
        installation.add_event(number)
    page = sign_in()
    expect(page.locator(".list .row").first).to_be_visible()
    assert page.locator(".list .row").count() < 40
    page.locator(".list").evaluate("list => list.scrollTo(0, 1e6)")
    expect(page.locator("footer.count")).to_contain_text("130")


def test_an_assistant_suggests_and_an_officer_takes_it_over(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    installation.accounts.user("xie", Role.ASSISTANT)
    assistant = sign_in("xie")
    expect(assistant.locator(".actions .no")).to_contain_text("建议驳回")
    assistant.keyboard.press("r")
    assistant.keyboard.press("3")
    expect(assistant.locator(".undo")).to_contain_text("建议驳回")
    # It decides nothing: the event stays.
    expect(assistant.locator(".list .row")).to_have_count(1)
    assert [one[:2] for one in verdicts(installation, event_id)] == [("rejected", "permitted")]
    # Until it is final only the assistant sees it.
    expect(assistant.locator(".undo")).to_have_count(0)
    officer = sign_in("wang")
    expect(officer.locator(".suggestion")).to_contain_text("已获许可")
    expect(officer.locator(".suggestion")).to_contain_text("xie")
    expect(officer.locator(".actions .no")).to_be_enabled()
    officer.keyboard.press("s")
    expect(officer.locator(".undo")).to_contain_text("已驳回")
    assert len(verdicts(installation, event_id)) == 2


def test_openings_are_decided_one_by_one_and_each_stays_within_reach(
    installation: Installation, sign_in: SignedIn
) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    expect(page.locator(".actions .no")).to_be_enabled()
    page.keyboard.press("r")
    page.keyboard.press("3")
    expect(page.locator(".undo")).to_contain_text("已驳回")
    installation.come_back(event_id)
    # Undone after the thing came back, it is the very opening again.
    page.keyboard.press("z")
    expect(page).to_have_url(re.compile(rf"/review/{event_id}/1$"))
    expect(page.locator(".actions .no")).to_be_enabled()
    page.keyboard.press("r")
    page.keyboard.press("3")
    expect(page.locator(".undo")).to_contain_text("已驳回")
    # The second one is decided by itself, and the first keeps its verdict and its pictures.
    page.goto(f"{installation.address}/review/{event_id}/2")
    wait_for_pictures(page)
    expect(page.get_by_role("tab", name="第 1 次")).to_contain_text("已驳回")
    expect(page.locator(".actions .no")).to_be_enabled()
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator(".undo")).to_contain_text("已驳回")
    page.goto(f"{installation.address}/review/{event_id}/1")
    wait_for_pictures(page)
    expect(page.locator(".stage img").first).to_be_visible()
    expect(page.locator(".history")).to_contain_text("第 2 次")
    assert verdicts(installation, event_id) == [
        ("rejected", "permitted", True),
        ("rejected", "permitted", False),
        ("rejected", "not_a_violation", False),
    ]


def test_a_request_for_evidence_survives_the_return_and_is_answered(
    installation: Installation, sign_in: SignedIn
) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    expect(page.locator(".actions .more")).to_be_enabled()
    page.keyboard.press("b")
    expect(page.locator(".ask")).to_be_visible()
    # The reason by its number, then Enter: of all assistants, within a day.
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(".ask")).to_have_count(0)
    installation.come_back(event_id)
    page.goto(f"{installation.address}/review/{event_id}/1")
    asked = page.locator(".request")
    expect(asked).to_contain_text("需要现场照片")
    expect(asked).to_contain_text("协管员")
    asked.get_by_role("textbox").fill("已补拍")
    asked.get_by_role("button", name="提交").click()
    expect(asked).to_have_count(0)
    expect(page.locator(".history")).to_contain_text("已补拍")


def test_decisions_and_the_foot_of_the_queue_are_on_the_screen_of_a_small_desk(
    installation: Installation, sign_in: SignedIn
) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    for openings in (1, 2):
        if openings == 2:
            installation.come_back(event_id)
            page.goto(f"{installation.address}/review/{event_id}/1")
            wait_for_pictures(page)
        for button in page.locator(".actions button").all():
            expect(button).to_be_in_viewport(ratio=1)
        foot = page.locator(".queue footer").bounding_box()
        assert foot is not None
        assert foot["y"] + foot["height"] == pytest.approx(DESK[1], abs=2)


def test_whoever_is_asked_for_evidence_finds_it_above_the_queue(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    for number in range(2, 12):  # more than the column has room for
        installation.add_event(number)
    officer = sign_in()
    officer.goto(f"{installation.address}/review/{event_id}/1")
    expect(officer.locator(".actions .more")).to_be_enabled()
    officer.keyboard.press("b")
    expect(officer.locator(".ask")).to_be_visible()
    officer.keyboard.press("3")
    officer.keyboard.press("Enter")
    expect(officer.locator(".ask")).to_have_count(0)
    installation.accounts.user("helper", Role.ASSISTANT)
    helper = sign_in("helper")
    helper.get_by_role("button", name="待我补充 1 件").click()
    helper.get_by_role("button", name="需要现场照片").click()
    expect(helper).to_have_url(re.compile(f"{event_id}/1"))


def test_whoever_approves_too_early_is_told_what_to_look_at(installation: Installation, sign_in: SignedIn) -> None:
    installation.add_event(1)
    page = sign_in()
    wait_for_pictures(page)
    expect(page.locator(".actions .no")).to_be_enabled()
    expect(page.locator(".actions .why")).to_contain_text("目标近景")
    expect(page.locator(".actions").get_by_role("alert")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(".actions").get_by_role("alert")).to_contain_text("目标近景")


def test_another_reason_is_written_down_without_the_mouse(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    page = sign_in()
    expect(page.locator(".actions .no")).to_be_enabled()
    page.keyboard.press("r")
    page.keyboard.press("9")
    expect(page.locator(".reject").get_by_role("alert")).to_be_visible()
    page.keyboard.type("7 号摊位代管")
    page.keyboard.press("Enter")
    expect(page.locator(".undo")).to_contain_text("已驳回")
    (decision,) = DecisionRepository(installation.services.engine, installation.services.store.audit).of_event(event_id)
    assert (decision.reason, decision.note) == ("other", "7 号摊位代管")


def test_the_queue_is_narrowed_by_camera_and_day(installation: Installation, sign_in: SignedIn) -> None:
    services = installation.services
    services.store.opened_sites.replace(site_of(CAMERA, camera("east", name="东门")))
    installation.add_event(1)
    page = sign_in()
    rows = page.locator(".list .row")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="筛选").click()
    first_day = page.get_by_label("自", exact=True)
    first_day.fill((datetime.now(SITE_ZONE) + timedelta(days=1)).date().isoformat())
    expect(rows).to_have_count(0)
    first_day.fill((datetime.now(SITE_ZONE) - timedelta(days=1)).date().isoformat())
    expect(rows).to_have_count(1)
    page.locator(".el-popper .form .el-select").last.click()
    page.locator(".el-select-dropdown__item:visible", has_text="东门").click()
    expect(rows).to_have_count(0)
    first_day.press("Escape")
    expect(page.locator(".el-popper .form")).to_be_hidden()


def test_what_was_decided_stands_in_its_row(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    earlier = replace(installation.services, clock=FakeClock(datetime.now(UTC) - timedelta(minutes=1)))
    assert Desk(Accounts(create_app(earlier), earlier).sign_in("wang")).decide(event_id).status_code == 201
    page = sign_in("li")
    page.get_by_role("button", name="已决定").click()
    verdict = page.locator(".list .row .verdict")
    expect(verdict).to_contain_text("已驳回 · 误报")
    expect(verdict).to_contain_text("wang")


def test_a_recheck_by_phone_says_what_was_found(installation: Installation, sign_in: SignedIn) -> None:
    event_id = installation.add_event(1)
    page = sign_in(size=PHONE)
    page.locator(".list .row").click()
    picture = {"name": "spot.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    page.locator("label", has_text="复查").locator("input[type=file]").set_input_files(picture)  # type: ignore[arg-type]
    form = page.locator("form.result")
    form.get_by_placeholder("备注").fill("摊主在收摊")
    form.get_by_role("button", name="未整改").click()
    expect(page.locator(".attached q, aside q").first).to_contain_text("未整改、摊主在收摊")
    (attached,) = AttachmentRepository(installation.services.engine, installation.services.store.audit).of_event(
        event_id
    )
    assert (attached.kind, attached.note) == ("recheck", "未整改、摊主在收摊")


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_on_a_phone_the_queue_leads_to_the_event_and_back(
    installation: Installation, sign_in: SignedIn, locale: str
) -> None:
    installation.add_event(1)
    page = sign_in(size=PHONE)
    if locale == "en":
        page.evaluate("localStorage.setItem('jiejing.language', 'en')")
        page.reload()
    page.locator(".list .row").click()
    wait_for_pictures(page)
    expect(page.locator(".actions .no")).to_contain_text("Reject" if locale == "en" else "驳回")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= PHONE[0]
    assert page.locator("article.pane").evaluate("pane => pane.scrollWidth") <= PHONE[0]
    page.locator(".head .back").click()
    expect(page.locator(".list .row")).to_be_visible()
