"""One's own account in the app: password, sessions, second factor, and what administrators confirm for each other."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from core.one_time_codes import STEP_S, code_at
from core.rights import ADMINISTRATORS, Role
from store.accounts.sessions import SessionPolicy
from tests.api.accounts import PASSWORD
from tests.exchange import exchange
from tests.extras import need
from tests.web.conftest import PATIENCE_MS, Installation, SignedIn

need("playwright")

from playwright.sync_api import Page, expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)
NEW_PASSWORD = "four horses and no battery"


def code_of(secret: str, steps: int = 0) -> str:
    """A code of the phone: a step ahead counts, too, and is no repetition of one of before."""
    return code_at(secret, datetime.now(UTC) + timedelta(seconds=steps * STEP_S))


def set_up(page: Page, secret_of: str = ".by-hand code") -> tuple[str, list[str]]:
    """Goes through the steps; gives the secret and the recovery codes that were shown."""
    page.locator("#setup-password").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("one => one.decode().then(() => one.naturalWidth > 0)")
    secret = page.locator(secret_of).inner_text().replace(" ", "")
    page.locator("#setup-code").fill(code_of(secret, -1))
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    codes = page.locator(".recovery li").all_inner_texts()
    assert len(set(codes)) == 10
    page.get_by_role("button", name="已妥善保存").click()
    return secret, codes


def open_account(page: Page) -> None:
    page.locator(".avatar").click()
    page.get_by_role("button", name="账号与安全").click()
    expect(page.get_by_role("heading", name="账号与安全")).to_be_visible()


def test_the_own_password_is_changed_in_the_app(installation: Installation, sign_in: SignedIn) -> None:
    elsewhere = installation.accounts.sign_in("wang")
    page: Page = sign_in()
    open_account(page)
    page.locator("#now").fill("not the present one")
    for one in ("#fresh", "#again"):
        page.locator(one).fill(NEW_PASSWORD)
    page.get_by_role("button", name="更换密码").click()
    expect(page.locator(".fault").first).to_contain_text("当前密码")
    page.locator("#now").fill(PASSWORD)
    page.get_by_role("button", name="更换密码").click()
    expect(page.get_by_text("密码已更换。")).to_be_visible()
    assert elsewhere.get("/api/v1/session").status_code == 401
    installation.accounts.sign_in("wang", NEW_PASSWORD)
    # The page goes on with the session that begins with it.
    page.reload()
    expect(page.get_by_role("heading", name="账号与安全")).to_be_visible()


def test_one_s_own_sessions_are_seen_and_ended(installation: Installation, sign_in: SignedIn) -> None:
    elsewhere: TestClient = installation.accounts.sign_in("wang")
    page: Page = sign_in()
    open_account(page)
    rows = page.locator(".sessions li")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="当前")).to_contain_text("Chrome · Linux")
    rows.filter(has_text="testclient").get_by_role("button", name="退出").click()
    expect(rows).to_have_count(1)
    assert elsewhere.get("/api/v1/session").status_code == 401


def test_a_second_factor_is_set_up_asked_for_and_replaced_by_a_recovery_code(
    installation: Installation, sign_in: SignedIn, visit: SignedIn
) -> None:
    page: Page = sign_in()
    open_account(page)
    page.get_by_role("button", name="开启", exact=True).click()
    secret, codes = set_up(page)
    expect(page.locator(".factor")).to_contain_text("剩余恢复码 10 个")
    other: Page = visit()
    other.locator("#name").fill("wang")
    other.locator("#password").fill(PASSWORD)
    other.locator("button[type=submit]").click()
    expect(other.get_by_role("heading", name="输入验证码")).to_be_visible()
    other.locator("#code").fill("000000")
    other.locator("button[type=submit]").click()
    expect(other.locator(".fault")).to_contain_text("错误、已用过")
    other.locator("#code").fill(code_of(secret, 1))
    other.locator("button[type=submit]").click()
    expect(other.locator(".rail")).to_be_visible()
    third: Page = visit()
    third.locator("#name").fill("wang")
    third.locator("#password").fill(PASSWORD)
    third.locator("button[type=submit]").click()
    third.locator("#code").fill(codes[0])
    third.locator("button[type=submit]").click()
    expect(third.locator(".rail")).to_be_visible()
    assert secret not in page.content() + other.content()


@pytest.fixture
def strict(installation: Installation) -> Installation:
    """The installation as it is delivered: administrators have a second factor, whose codes are soon too old here."""
    policy = SessionPolicy(second_factor=ADMINISTRATORS, step_up=timedelta(seconds=0))
    # What serves has it already.
    exchange(installation.services, session_policy=policy)
    for name, role in (("xi", Role.SYSTEM_ADMIN), ("an", Role.SECURITY_ADMIN), ("shen", Role.AUDIT_ADMIN)):
        installation.accounts.user(name, role)
    return installation


def test_an_administrator_sets_one_up_first_and_gives_a_code_for_a_grant(strict: Installation, visit: SignedIn) -> None:
    page: Page = visit()
    page.locator("#name").fill("an")
    page.locator("#password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="设置二次验证")).to_be_visible()
    page.goto(f"{strict.address}/users")
    expect(page).to_have_url(f"{strict.address}/second-factor")
    secret, _ = set_up(page)
    row = page.locator("tbody tr").filter(has_text="wang")
    row.get_by_role("button", name="授权").click()
    grant = page.get_by_role("dialog", name="授权")
    grant.get_by_text("可以登录").click()
    grant.get_by_role("button", name="保存").click()
    asked = page.get_by_role("dialog", name="再次验证")
    asked.locator("input").fill("000000")
    asked.get_by_role("button", name="继续").click()
    expect(asked).to_contain_text("错误、已用过")
    # From now on a code holds for a while, as it does elsewhere.
    exchange(strict.services, session_policy=SessionPolicy(second_factor=ADMINISTRATORS))
    asked.locator("input").fill(code_of(secret, 1))
    asked.get_by_role("button", name="继续").click()
    expect(row).to_contain_text("已停用")


def test_an_act_on_an_administrator_waits_for_another_one(installation: Installation, sign_in: SignedIn) -> None:
    for name, role in (("xi", Role.SYSTEM_ADMIN), ("an", Role.SECURITY_ADMIN), ("shen", Role.AUDIT_ADMIN)):
        installation.accounts.user(name, role)
    page: Page = sign_in("an")
    row = page.locator("tbody tr").filter(has_text="shen")
    row.get_by_role("button", name="授权").click()
    grant = page.get_by_role("dialog", name="授权")
    grant.get_by_text("可以登录").click()
    grant.get_by_role("button", name="保存").click()
    waiting = page.locator(".acts li")
    expect(waiting).to_contain_text("停用")
    expect(waiting.get_by_role("button", name="同意")).to_have_count(0)
    expect(row).to_contain_text("使用中")
    other: Page = sign_in("xi")
    other.goto(f"{installation.address}/users")
    other.locator(".acts li").get_by_role("button", name="同意", exact=True).click()
    other.locator(".el-popconfirm").get_by_role("button", name="同意").click()
    expect(other.locator("tbody tr").filter(has_text="shen")).to_contain_text("已停用")
    expect(other.locator(".acts")).to_have_count(0)


def test_administrators_see_and_revoke_everybody_s_tokens(installation: Installation, sign_in: SignedIn) -> None:
    installation.accounts.user("an", Role.SECURITY_ADMIN)
    installation.accounts.user("yun", Role.OPERATIONS)
    owner = installation.accounts.sign_in("yun")
    made = owner.post("/api/v1/tokens", json={"name": "市级平台", "rights": ["cameras.view"]}).json()
    page: Page = sign_in("an")
    page.get_by_role("button", name="全部令牌").click()
    dialog = page.get_by_role("dialog", name="全部令牌")
    expect(dialog.locator("li")).to_contain_text("yun 全名")
    dialog.get_by_role("button", name="撤销").click()
    page.locator(".el-popconfirm").get_by_role("button", name="撤销").click()
    expect(dialog.locator("li.ended")).to_contain_text("已撤销")
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert installation.accounts.nobody().get("/api/v1/cameras", headers=headers).status_code == 401
