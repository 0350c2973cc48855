"""An application over a data base and a packages folder of its own, with events, packages and cameras in it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.http.services import Services
from core.rights import Role
from evidence.signing.dsse import envelope
from evidence.signing.keys import open_signing_key
from store.base.engine import make_engine
from store.base.vault import Vault
from store.site.sites import SiteRepository
from tests.api.accounts import QUICK, Accounts
from tests.api.review_examples import Desk
from tests.fake_clock import FakeClock
from tests.postgres import postgres_folder, postgres_url
from tests.prepared import prepare
from tests.store.examples import CAMERA, START, event, package, site_of

__all__ = ["postgres_folder", "postgres_url"]

STILL = b"\xff\xd8 a still of a car \xff\xd9"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A module that shall run on PostgreSQL too overrides this."""
    return f"sqlite:///{tmp_path / 'jiejing.db'}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def services(engine: Engine, clock: FakeClock, tmp_path: Path) -> Services:
    folder = tmp_path / "packages"
    folder.mkdir()
    return Services(engine, folder, clock, passwords=QUICK)


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def accounts(app: FastAPI, services: Services) -> Accounts:
    return Accounts(app, services)


@pytest.fixture
def nobody(accounts: Accounts) -> Iterator[TestClient]:
    """Not signed in, from another machine."""
    with accounts.nobody() as client:
        yield client


@pytest.fixture
def local(accounts: Accounts) -> Iterator[TestClient]:
    """Not signed in, from this machine."""
    with accounts.local() as client:
        yield client


@pytest.fixture
def client(accounts: Accounts) -> Iterator[TestClient]:
    """Signed in as an officer who sees the whole site."""
    with accounts.as_role(Role.OFFICER) as client:
        yield client


@pytest.fixture
def li(accounts: Accounts) -> Desk:
    """Li, an officer, at work on events."""
    accounts.user("li", Role.OFFICER)
    return Desk(accounts.sign_in("li"))


@pytest.fixture
def sites(engine: Engine, services: Services) -> SiteRepository:
    """The example site, its passwords sealed."""
    sites = SiteRepository(engine, Vault(services.home))
    sites.replace(site_of(CAMERA))
    return sites


@pytest.fixture
def operations(accounts: Accounts, sites: SiteRepository) -> TestClient:
    """Signed in as operations of the example site."""
    return accounts.as_role(Role.OPERATIONS)


@pytest.fixture
def manager(accounts: Accounts) -> TestClient:
    """Signed in as manager: the second person."""
    return accounts.as_role(Role.MANAGER)


@pytest.fixture
def sealed(services: Services) -> Path:
    """The folder of package-1, whose event is known; beside what it lists lies a file that it does not."""
    folder = services.packages_folder / "package-1"
    files = {"originals/a.jpg": STILL, "clip/violation.mp4": bytes(range(256)), "composite.jpg": b"\xff\xd8\xff\xd9"}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    key = open_signing_key(services.home)
    manifest = {
        "format": "jiejing-evidence-package/1",
        "package_id": "package-1",
        "kind": "primary",
        "sealed_at": "2026-05-01T00:01:00.000+00:00",
        "key_id": key.key_id,
        "seq": 1,
        "previous": None,
        "supplement_to": None,
        "completeness": {"complete": True, "missing": []},
        "files": [
            {"path": name, "size": len(content), "digests": {"sha256": hashlib.sha256(content).hexdigest()}}
            for name, content in files.items()
        ],
    }
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.dsse.json").write_bytes(envelope(content, [key]))
    (folder / "stray.txt").write_text("not sealed")
    services.store.events.apply(event())
    record = package(path="package-1", manifest_sha256=hashlib.sha256(content).hexdigest())
    services.store.packages.add(record)
    return folder
