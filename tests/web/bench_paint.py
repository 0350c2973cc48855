"""How soon an officer sees something: `python -m tests.web.bench_paint`; needs Chromium, Playwright and the built app.

From the navigation to the review page until the first row of the queue is painted, and until the first still of the
event that opens is: Element Timing of Chromium, before a real server on this machine. Some 10,000 events wait; the
first on the page have packages whose stills are of 1920x1080. Signed in. Cold: a browser that keeps nothing of this
site; warm: one that was there before. LOADS of each: median and 95th percentile, and what came over the wire until
then; with the machine's load, for other work lengthens the times. Figures, not tests: nothing passes or fails.
"""

import hashlib
import io
import json
import os
import statistics
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from api.app import create_app
from api.http.services import Services
from api.http.web_app import BUILT, WebApp
from core.domain import RuleEvent
from core.rights import Role
from evidence.package.layout import ENVELOPE
from evidence.packing.facts import event_facts
from evidence.signing.dsse import envelope
from evidence.signing.keys import open_signing_key
from store.base import migrate
from store.base.engine import make_engine
from store.site.sites import SiteRepository
from tests.api.accounts import PASSWORD, QUICK, Accounts
from tests.api.many_events import Many, cameras, fill
from tests.served import Served
from tests.store.examples import SITE, as_violation, event, package, site_of
from tests.web.conftest import CHROMIUM, DESK, GOLDEN, PATIENCE_MS, QUIET, SANDBOX

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

# ruff: noqa: T201  printing is what a benchmark is for

LOADS = 20
# Two in five become violations.
EVENTS = 25_000
# As many as the list holds before it is scrolled.
WITH_PICTURES = 20
STILL_WH = (1920, 1080)
STREET = Path(__file__).parents[2] / "docs" / "images" / "scenes" / "day.jpg"

# Asks for the paint of what appears, before it is painted; answers with the milliseconds at which it was, and with the
# bytes of each answer that had come by then.
_WATCH = """
const wanted = { '.list .row strong': 'row', '.event .pane img': 'still' }
const painted = {}
window.whenPainted = new Promise((done) => {
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) painted[one.identifier] ??= one.renderTime
    if (painted.row && painted.still) done(painted)
  }).observe({ type: 'element', buffered: true })
})
new MutationObserver(() => {
  for (const [selector, name] of Object.entries(wanted))
    document.querySelector(selector)?.setAttribute('elementtiming', name)
}).observe(document, { childList: true, subtree: true })
"""
_PAINTED = """async () => {
  const { row, still } = await Promise.race([whenPainted, new Promise((_, late) => setTimeout(late, 60_000))])
  const answers = ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  return { row, still, bytes: answers.filter((one) => one.responseEnd <= still).map((one) => one.transferSize) }
}"""


@dataclass(frozen=True)
class Load:
    """One visit: seconds after the navigation began, and what had come over the wire when the still was painted."""

    row_s: float
    still_s: float
    requests: int
    kilobytes: float


def main() -> None:
    """Prints one figure a line: what, tab, median and 95th percentile."""
    if CHROMIUM is None or find_spec("playwright") is None or not (BUILT / "index.html").is_file():
        print("review page: not measured\tneeds chromium, playwright and the built app (make web)")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it

    with tempfile.TemporaryDirectory() as home, served(Path(home)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *SANDBOX])
        _tell("cold", cold(browser, address))
        _tell("warm", warm(browser, address))
        browser.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of an installation with a long queue."""
    (home / "packages").mkdir()
    engine = make_engine(f"sqlite:///{home}/jiejing.db")
    migrate.upgrade(engine)
    services = Services(engine, home / "packages", passwords=QUICK)
    SiteRepository(engine, services.store.vault).replace(site_of(*SITE.cameras, *cameras()))
    now = datetime.now(UTC)
    fill(engine, Many(EVENTS, now - timedelta(hours=10), timedelta(hours=10), waits_from=0))
    for number in range(WITH_PICTURES):
        # Began before all others: due first.
        _add_event(services, EVENTS + number, now - timedelta(hours=11, minutes=number))
    app = create_app(services)
    Accounts(app, services).user("wang", Role.OFFICER)
    with Served(WebApp(app)) as address:
        yield address
    engine.dispose()


def cold(browser: "Browser", address: str) -> list[Load]:
    """Each in a profile of its own, that has nothing but the cookies of the session."""
    with _context(browser) as context:
        _sign_in(context, address)
        session: Any = context.storage_state()
    loads = []
    for _ in range(LOADS):
        with _context(browser, storage_state=session) as context:
            loads.append(_load(context, address))
    return loads


def warm(browser: "Browser", address: str) -> list[Load]:
    """All in one profile, after a visit that does not count."""
    with _context(browser) as context:
        _sign_in(context, address)
        return [_load(context, address) for _ in range(LOADS + 1)][1:]


@contextmanager
def _context(browser: "Browser", **how: Any) -> "Iterator[BrowserContext]":
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="zh-CN", **how)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def _sign_in(context: "BrowserContext", address: str) -> None:
    page = context.new_page()
    page.goto(address)
    page.locator("#name").fill("wang")
    page.locator("#password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("#name").wait_for(state="detached")
    page.close()


def _load(context: "BrowserContext", address: str) -> Load:
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(f"{address}/review", wait_until="commit")
    painted = page.evaluate(_PAINTED)
    page.close()
    bytes_of = painted["bytes"]
    return Load(painted["row"] / 1000, painted["still"] / 1000, len(bytes_of), sum(bytes_of) / 1000)


def _tell(name: str, loads: list[Load]) -> None:
    for what, seconds in (
        ("first row of the queue", [one.row_s for one in loads]),
        ("still of the open event", [one.still_s for one in loads]),
    ):
        p95 = sorted(seconds)[round(0.95 * (len(seconds) - 1))]
        print(f"{name}: {what} painted\tmedian {statistics.median(seconds):.2f} s, p95 {p95:.2f} s")
    last = loads[-1]
    print(f"{name}: until then\t{last.kilobytes:.0f} kB in {last.requests} requests; load {os.getloadavg()[0]:.1f}")


def _add_event(services: Services, number: int, began: datetime) -> None:
    candidate = replace(event(number), first_seen=began, still_since=began, last_seen=began + timedelta(seconds=10))
    violation = as_violation(candidate)
    for change in (candidate, violation):
        services.store.events.apply(change)
    folder = services.packages_folder / candidate.event_id
    record = package(
        number,
        package_id=candidate.event_id,
        event_id=candidate.event_id,
        path=candidate.event_id,
        manifest_sha256=_write_package(folder, violation, services.home),
        sealed_at=began + timedelta(seconds=310),
    )
    services.store.packages.add(record)


def _write_package(folder: Path, violation: RuleEvent, home: Path) -> str:
    """The golden package with pictures as large as a camera's, sealed anew; the digest of its manifest."""
    still = _still()
    with zipfile.ZipFile(GOLDEN) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        if one["path"].endswith(".jpg"):
            files[one["path"]] = still
            one |= {"size": len(still), "digests": {"sha256": hashlib.sha256(still).hexdigest()}}
    key = open_signing_key(home)
    manifest |= {"package_id": violation.event_id, "key_id": key.key_id, "event": event_facts(violation)}
    files["manifest.json"] = json.dumps(manifest).encode()
    files[ENVELOPE] = envelope(files["manifest.json"], [key])
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return hashlib.sha256(files["manifest.json"]).hexdigest()


def _still() -> bytes:
    target = io.BytesIO()
    with Image.open(STREET) as picture:
        picture.resize(STILL_WH).save(target, "JPEG", quality=90)
    return target.getvalue()


if __name__ == "__main__":
    main()
