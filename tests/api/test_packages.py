"""Package files over HTTP: what the manifest lists and nothing else, in parts too, and the whole as a .zip."""

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from api.packages.package_folder import PackageFolder
from tests.api.conftest import STILL
from tests.store.examples import package

FILES = "/api/v1/packages/package-1/files"


def test_the_listing_holds_manifest_envelope_and_what_is_listed(client: TestClient, sealed: Path) -> None:
    listing = client.get(FILES).json()
    assert [(one["path"], one["media_type"]) for one in listing] == [
        ("manifest.json", "application/json"),
        ("manifest.dsse.json", "application/json"),
        ("originals/a.jpg", "image/jpeg"),
        ("clip/violation.mp4", "video/mp4"),
        ("composite.jpg", "image/jpeg"),
    ]
    for one in listing:
        content = client.get(f"{FILES}/{one['path']}").content
        assert len(content) == one["size"]
        assert hashlib.sha256(content).hexdigest() == one["digests"]["sha256"]


def test_a_file_comes_with_its_type_and_its_digest(client: TestClient, sealed: Path) -> None:
    answer = client.get(f"{FILES}/originals/a.jpg")
    assert answer.content == STILL
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'inline; filename="a.jpg"'
    etag = f'"{hashlib.sha256(STILL).hexdigest()}"'
    assert answer.headers["etag"] == etag
    again = client.get(f"{FILES}/originals/a.jpg", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_part_of_a_clip(client: TestClient, sealed: Path) -> None:
    answer = client.get(f"{FILES}/clip/violation.mp4", headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert answer.content == bytes(range(10, 20))
    assert answer.headers["content-range"] == "bytes 10-19/256"
    assert client.get(f"{FILES}/clip/violation.mp4", headers={"Range": "bytes=999-"}).status_code == 416


@pytest.mark.parametrize(
    "path",
    [
        "stray.txt",  # there, but not sealed
        "originals",
        "originals/none.jpg",
        "..%2F..%2Fjiejing.db",
        "%2e%2e/%2e%2e/jiejing.db",
        "originals%2F..%2Fcomposite.jpg",
        "originals//a.jpg",
        "%2Fetc%2Fpasswd",
        "composite.jpg%00.txt",
    ],
)
def test_nothing_else_is_given_out(client: TestClient, sealed: Path, path: str) -> None:
    assert client.get(f"{FILES}/{path}").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../package-1/composite.jpg", "originals/../composite.jpg", "./composite.jpg", "/etc/passwd", ".", "", "\0"],
)
def test_only_the_exact_path_of_the_manifest_finds_a_file(services: Services, sealed: Path, name: str) -> None:
    record = services.store.packages.get("package-1")
    assert record is not None
    folder = PackageFolder(services.packages_folder, record)
    assert folder.find("composite.jpg") is not None
    assert folder.find(name) is None


def test_a_link_in_place_of_a_file_is_not_followed(client: TestClient, sealed: Path) -> None:
    (sealed / "composite.jpg").unlink()
    (sealed / "composite.jpg").symlink_to(sealed / "stray.txt")
    assert client.get(f"{FILES}/composite.jpg").status_code == 404


def test_a_manifest_that_was_changed_is_said_so(client: TestClient, sealed: Path) -> None:
    manifest = sealed / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"composite.jpg", b"stray.txt"))
    for path in (FILES, f"{FILES}/stray.txt"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert (
            answer.json()["detail"]
            == "package package-1: manifest.json is not the one that was sealed; verify the package"
        )


def test_a_package_whose_folder_is_gone(client: TestClient, sealed: Path) -> None:
    (sealed / "manifest.json").unlink()
    answer = client.get(FILES)
    assert answer.status_code == 500
    assert answer.json()["code"] == "api.package_file_unreadable"


def test_a_package_shows_its_place_in_the_chain(client: TestClient, sealed: Path) -> None:
    answer = client.get("/api/v1/packages/package-1").json()
    assert (answer["seq"], answer["key_id"], answer["complete"]) == (1, package().key_id, True)
    assert answer["sealed_at"] == "2026-05-01T00:01:00.123+00:00"


def test_the_archive_holds_the_package_and_leaves_nothing_behind(
    client: TestClient, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(drafts))
    answer = client.get("/api/v1/packages/package-1/archive", params={"purpose": "court"})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="package-1.zip"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("package-1/originals/a.jpg") == STILL
    assert list(drafts.iterdir()) == []


@pytest.mark.parametrize("rest", ["", "/files", "/files/manifest.json", "/archive"])
def test_no_such_package(client: TestClient, rest: str) -> None:
    answer = client.get(f"/api/v1/packages/none{rest}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "api.package_unknown"
