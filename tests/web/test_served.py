"""How the built app is served."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.http.web_app import WebApp

SCRIPT = "let a = 1\n" * 500


async def the_api(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"the API: {scope['path']}", 404)(scope, receive, send)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "web"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>the page", encoding="utf-8")
    (built / "assets" / "index-1f2e.js").write_text(SCRIPT, encoding="utf-8")
    (built / "assets" / "index-1f2e.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    return built


def ask(folder: Path, path: str, method: str = "GET", encoding: str = "gzip") -> Any:
    headers = {"Accept-Encoding": encoding}
    return TestClient(WebApp(the_api, folder), base_url="http://localhost").request(method, path, headers=headers)


@pytest.mark.parametrize("path", ["/", "/review/0123456789abcdef", "/nothing.php"])
def test_every_address_of_the_app_is_the_page_which_is_asked_for_anew(folder: Path, path: str) -> None:
    answer = ask(folder, path)
    assert answer.text == "<!doctype html>the page"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("encoding", "sent_as"), [("gzip, br", "gzip"), ("identity", None)])
def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_comes_packed_to_whom_takes_it(
    folder: Path, encoding: str, sent_as: str | None
) -> None:
    answer = ask(folder, "/assets/index-1f2e.js", encoding=encoding)
    assert answer.text == SCRIPT
    assert answer.headers.get("content-encoding") == sent_as
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_what_was_packed_has_no_address_of_its_own(folder: Path) -> None:
    assert ask(folder, "/assets/index-1f2e.js.gz").text == "the API: /assets/index-1f2e.js.gz"


def test_a_build_that_packed_nothing_is_served_all_the_same(folder: Path) -> None:
    (folder / "assets" / "index-1f2e.js.gz").unlink()
    answer = ask(folder, "/assets/index-1f2e.js")
    assert (answer.text, answer.headers.get("content-encoding")) == (SCRIPT, None)


def test_the_page_may_load_nothing_but_what_this_site_serves(folder: Path) -> None:
    policy = ask(folder, "/").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert {source for sources in rules.values() for source in sources.split()} == {"'none'", "'self'", "blob:"}
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/api/v1/events", "/healthz", "/readyz", "/metrics", "/assets/of-an-older-build.js"])
def test_the_api_and_files_that_are_gone_are_not_the_page(folder: Path, path: str) -> None:
    assert ask(folder, path).text == f"the API: {path}"


def test_only_reading_is_answered(folder: Path) -> None:
    assert ask(folder, "/", "POST").text == "the API: /"


@pytest.mark.parametrize("path", ["/../secret", "/..%2fsecret", "/assets/../../secret", "//secret"])
def test_nothing_outside_the_folder_is_given_out(folder: Path, path: str) -> None:
    assert "secret" not in ask(folder, path).text.replace(f"the API: {path}", "")


def test_without_a_built_app_the_api_answers_alone(tmp_path: Path) -> None:
    assert ask(tmp_path / "web", "/").text == "the API: /"
