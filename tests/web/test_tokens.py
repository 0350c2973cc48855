"""Access tokens in the app: made with a part of one's own rights, told once, revoked."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from core.rights import MACHINE_RIGHTS, Role
from tests.extras import need
from tests.web.conftest import PATIENCE_MS, Installation, SignedIn

need("playwright")

from playwright.sync_api import Page, expect  # noqa: E402 - skipped where it is not installed

expect.set_options(timeout=PATIENCE_MS)

NAMES = Path(__file__).parents[2] / "web" / "src" / "tokens" / "rights.ts"


def test_every_right_that_a_token_may_hold_has_a_name() -> None:
    named = re.findall(r"^  '([a-z.]+)': \['[^']*[\u4e00-\u9fff][^']*', '[ -~]+'\],$", NAMES.read_text(), re.MULTILINE)
    assert set(named) == MACHINE_RIGHTS


def test_a_token_is_made_told_once_and_revoked(installation: Installation, sign_in: SignedIn) -> None:
    installation.accounts.user("guan", Role.MANAGER)
    page: Page = sign_in("guan")
    page.locator(".avatar").click()
    page.get_by_role("button", name="访问令牌").click()
    dialog = page.get_by_role("dialog", name="访问令牌")
    expect(dialog).to_contain_text("还没有令牌")
    create = dialog.get_by_role("button", name="新建令牌")
    expect(create).to_be_disabled()
    # Managers draw no zones: nobody gives what he does not have.
    expect(dialog.get_by_text("添加、修改摄像机和区域")).to_have_count(0)
    dialog.get_by_label("用途").fill("市级平台")
    dialog.get_by_text("查看统计").click()
    create.click()
    secret = dialog.locator(".secret").inner_text()
    machine = TestClient(installation.accounts.app, "http://127.0.0.1", headers={"Authorization": f"Bearer {secret}"})
    assert machine.get("/api/v1/statistics").status_code == 200
    assert machine.get("/api/v1/cameras").status_code == 403
    dialog.get_by_role("button", name="撤销").click()
    page.locator(".el-popconfirm").get_by_role("button", name="撤销").click()
    expect(dialog.locator("li.ended")).to_contain_text("已撤销")
    assert machine.get("/api/v1/statistics").status_code == 401
    page.reload()
    page.locator(".avatar").click()
    page.get_by_role("button", name="访问令牌").click()
    expect(dialog.locator("li.ended")).to_contain_text("市级平台")
    expect(dialog.locator(".secret")).to_have_count(0)
    assert secret not in page.content()


def test_officers_have_no_tokens(sign_in: SignedIn) -> None:
    page: Page = sign_in()
    page.locator(".avatar").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    expect(page.get_by_role("button", name="访问令牌")).to_have_count(0)
