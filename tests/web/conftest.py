"""A real browser before a real installation: Chromium, the built app, the API and a data base with sealed packages."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.app import create_app
from api.http.services import Services
from api.http.web_app import BUILT, WebApp
from core.clock import rfc3339
from core.domain import Gap, RuleEvent
from core.rights import Role
from core.settings import Settings
from evidence.package.layout import ENVELOPE, MANIFEST, package_id, sha256_of
from evidence.packing.facts import event_facts
from evidence.signing.dsse import envelope
from evidence.signing.keys import open_signing_key
from runtime.camera.camera_line import StreamLine
from store.base.engine import make_engine
from store.site.sites import SiteRepository
from tests.api.accounts import PASSWORD, QUICK, Accounts
from tests.prepared import prepare
from tests.served import Served
from tests.store.examples import PAVEMENT, SITE, as_violation, event, package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GOLDEN = Path(__file__).parents[1] / "evidence" / "golden" / "package.zip"
CHROMIUM = shutil.which("chromium")
# Nothing of the browser's own goes to the network; without a sandbox only for the superuser, who has none.
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SANDBOX = [] if os.geteuid() else ["--no-sandbox"]
DESK, PHONE = (1366, 768), (390, 844)
# Pages are worked on by one of few cores that the other tests keep busy.
PATIENCE_MS = 60_000


@dataclass
class Installation:
    """What is served, and at which address."""

    address: str
    services: Services
    accounts: Accounts

    def add_event(self, number: int) -> str:
        """A car that has stood for too long, `number` minutes ago, with a sealed package of its own."""
        began = datetime.now(UTC) - timedelta(minutes=number + 6)
        last_seen = began + timedelta(seconds=10)
        candidate = replace(event(number), first_seen=began, still_since=began, last_seen=last_seen, gaps=())
        hidden = Gap(began + timedelta(seconds=100), began + timedelta(seconds=130))
        violation = replace(as_violation(candidate), observed_s=270.0, bridged_s=30.0, gaps=(hidden,))
        events = self.services.store.events
        for change in (candidate, violation):
            events.apply(change)
        self._add_package(violation, number)
        return candidate.event_id

    def come_back(self, event_id: str) -> None:
        """The thing of an event is a violation again, just now, with a sealed package of that opening."""
        history = self.services.store.events.get(event_id)
        assert history is not None
        now = datetime.now(UTC)
        again = replace(history.event, opening=2, still_since=now - timedelta(seconds=300), last_seen=now)
        self.services.store.events.apply(again)
        self._add_package(again, 500)

    def _add_package(self, violation: RuleEvent, number: int) -> None:
        """The pictures of a golden package, sealed anew as those of this opening."""
        name = package_id(violation.event_id, violation.opening)
        folder = self.services.packages_folder / name
        with zipfile.ZipFile(GOLDEN) as archive:
            archive.extractall(folder)
        (inner,) = folder.iterdir()
        key, sealed_at = open_signing_key(self.services.home), violation.still_since + timedelta(seconds=310)
        manifest = json.loads((inner / "manifest.json").read_bytes())
        manifest |= {
            "package_id": name,
            "seq": number,
            "key_id": key.key_id,
            "sealed_at": rfc3339(sealed_at),
            "event": event_facts(violation),
        }
        content = json.dumps(manifest).encode()
        (inner / MANIFEST).write_bytes(content)
        (inner / ENVELOPE).write_bytes(envelope(content, [key]))
        record = package(
            number,
            package_id=name,
            event_id=violation.event_id,
            opening=violation.opening,
            path=inner.relative_to(self.services.packages_folder).as_posix(),
            manifest_sha256=sha256_of(inner / MANIFEST),
            key_id=key.key_id,
            sealed_at=sealed_at,
            complete=manifest["completeness"]["complete"],
        )
        self.services.store.packages.add(record)

    def file_of(self, event_id: str, name: str) -> Path:
        """A file of an event's package, as it lies on disk."""
        return next((self.services.packages_folder / event_id).glob(f"*/{name}"))


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    engine = make_engine(f"sqlite:///{tmp_path / 'jiejing.db'}")
    prepare(engine)
    (tmp_path / "packages").mkdir()
    line = StreamLine(Settings(home=tmp_path))
    services = Services(engine, tmp_path / "packages", passwords=QUICK, camera_line=line, local_cameras=True)
    camera = SITE.cameras[0].model_copy(update={"presets": (SITE.cameras[0].presets[0],)})
    assert camera.presets[0].zones == (PAVEMENT,)
    SiteRepository(engine, services.store.vault).replace(SITE)
    app = create_app(services)
    accounts = Accounts(app, services)
    accounts.user("wang", Role.OFFICER)
    accounts.user("li", Role.OFFICER)
    with Served(app if _serves_pages(app) else WebApp(app)) as address:
        yield Installation(address, services, accounts)
    engine.dispose()


def _serves_pages(app: object) -> bool:
    return any(one.cls is WebApp for one in getattr(app, "user_middleware", ()))


# For a module: as long as it is there, a loop of its own runs in this thread, and other tests want theirs.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    if CHROMIUM is None:
        pytest.skip("needs chromium, of Debian's packages")
    if not (BUILT / "index.html").is_file():
        pytest.skip("needs the built app; it comes with make web")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *SANDBOX])
        yield browser
        browser.close()


SignedIn = Callable[..., Any]


@pytest.fixture
def visit(browser: "Browser", installation: Installation) -> Iterator[SignedIn]:
    """Opens the app in a browser profile of its own. Nothing may go wrong on any page, or leave the site."""
    pages: list[Any] = []
    faults: list[str] = []

    def visit(size: tuple[int, int] = DESK, locale: str = "zh-CN") -> "Page":
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(_own(installation)) else faults.append(one.url))
        # What the policy refuses is told on the console.
        page.on("console", lambda one: faults.append(one.text) if "Content Security Policy" in one.text else None)
        page.goto(installation.address)
        pages.append(page)
        return page

    yield visit
    for page in pages:
        page.context.close()
    assert faults == []


def _own(installation: Installation) -> tuple[str, ...]:
    return (installation.address, f"blob:{installation.address}")


@pytest.fixture
def sign_in(visit: SignedIn) -> SignedIn:
    def sign_in(name: str = "wang", password: str = PASSWORD, **how: object) -> "Page":
        page = visit(**how)
        page.locator("#name").fill(name)
        page.locator("#password").fill(password)
        page.locator("button[type=submit]").click()
        page.locator("#name").wait_for(state="detached")
        return page

    return sign_in
