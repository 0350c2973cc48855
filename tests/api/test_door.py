"""The door: who asks is judged by the headers, before a byte of a body is read; everything that comes is bounded."""

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.utils import get_dependant
from fastapi.params import File
from starlette.types import Message, Receive, Scope, Send

from api.app import OPERATIONS
from api.http import problems
from api.http.body_timeouts import Patience
from api.http.bounds import MAX_BODY_BYTES, MAX_DEPTH, MAX_VALUES, body_bound, check_shape
from api.http.connections import Connections, protocol_of
from api.http.forwarded import Forwarded
from api.http.rate_limit import BURST_S, RateLimit
from core.rights import Role
from tests.api.accounts import Accounts
from tests.served import Served

LENGTH = 18 * 1024 * 1024
BRACKETS = b"[" + b"[]," * (LENGTH // 3)


@pytest.fixture
def served(app: FastAPI) -> Iterator[tuple[str, int]]:
    with Served(app) as address:
        yield "127.0.0.1", int(address.rpartition(":")[2])


def sent_until_closed(place: tuple[str, int], head: str) -> tuple[bytes, int]:
    """Sends brackets until the server ends it; what came back, and how many bytes the system took from us."""
    with closing(socket.create_connection(place, timeout=30)) as line:
        # of a chunked body, the first chunk says how long it is
        line.sendall(head.encode() + (f"{LENGTH:x}\r\n".encode() if "chunked" in head else b""))
        count = 0
        try:
            while count < LENGTH:
                count += line.send(BRACKETS[count : count + 65536])
        except OSError:
            pass
        answer = b""
        try:
            while part := line.recv(65536):
                answer += part
        except OSError:
            pass
        return answer, count


@pytest.mark.parametrize(
    ("method", "path", "framing"),
    [
        ("POST", "/api/v1/session/password", f"Content-Length: {LENGTH}"),
        ("POST", "/api/v1/cameras", "Transfer-Encoding: chunked"),
        # takes a file, of those who may send one
        ("POST", "/api/v1/camera-imports", f"Content-Length: {LENGTH}"),
        ("PUT", "/api/v1/cameras/gate/zones", f"Content-Length: {LENGTH}"),
        # takes no body at all
        ("GET", "/api/v1/events", f"Content-Length: {LENGTH}"),
    ],
)
def test_without_a_session_no_body_is_read(served: tuple[str, int], method: str, path: str, framing: str) -> None:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
    answer, count = sent_until_closed(served, head)
    # Everything that was taken is what the system's own buffers hold.
    assert count < LENGTH
    assert not answer or (answer.startswith(b"HTTP/1.1 401 ") and b"connection: close" in answer.lower())


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/healthz"])
def test_what_is_not_there_reads_no_body_either(served: tuple[str, int], path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LENGTH}\r\n\r\n"
    assert sent_until_closed(served, head)[1] < LENGTH


def test_signing_in_takes_a_small_body_alone(served: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*served, timeout=30)
    connection.request("POST", "/api/v1/session", b"x", {"Content-Type": "application/json", "Host": "localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:1]) == (422, b"{")
    # The connection goes on: the body was read.
    connection.request("GET", "/healthz", headers={"Host": "localhost"})
    assert connection.getresponse().status == 200
    connection.close()
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LENGTH}\r\n\r\n"
    answer_413, count = sent_until_closed(served, head)
    assert count < LENGTH
    assert not answer_413 or b" 413 " in answer_413


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), 422, "api.body_nested_too_deep"),
        (b"[" * 50_000, 422, "api.body_nested_too_deep"),
        (b'{"a":' * 40_000, 422, "api.body_nested_too_deep"),
        (b"[" + b"1," * (MAX_VALUES + 1) + b"1]", 422, "api.body_holds_too_many_values"),
        (b"[" + b"[]," * (MAX_VALUES // 2 + 1) + b"1]", 422, "api.body_holds_too_many_values"),
        (
            b'"' + b"[" * 1000 + b'"',
            422,
            "core.value_model_attributes_type",
        ),  # a text: well formed, and of the wrong kind
        (b"x" * (MAX_BODY_BYTES + 1), 413, "api.body_too_large"),
    ],
)
def test_json_is_bounded_before_it_is_held(accounts: Accounts, content: bytes, status: int, code: str) -> None:
    client = accounts.nobody()
    answer = client.post("/api/v1/session", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, code_of(answer.json())) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if content.startswith(b"[[["):
        assert answer.json()["code"] == "api.body_nested_too_deep"


def code_of(problem: dict[str, Any]) -> str:
    """What went wrong; of fields, with the first."""
    return str(problem["errors"][0]["code"] if problem["errors"] else problem["code"])


def test_brackets_in_texts_do_not_count(accounts: Accounts) -> None:
    deep = {"name": "[" * 60, "password": '\\"[[[{{{' * 8}
    assert accounts.nobody().post("/api/v1/session", json=deep).status_code == 401


def test_what_takes_a_file_declares_it_and_nothing_else_does() -> None:
    """An operation with a file that forgot its bound would get that of JSON: a refusal, never an endless body."""
    with_file = {
        route.name
        for route in OPERATIONS
        for one in get_dependant(path=route.path, call=route.endpoint).body_params
        if isinstance(one.field_info, File)
    }
    assert {route.name for route in OPERATIONS if body_bound(route).is_file} == with_file
    assert with_file >= {"add_attachment", "import_cameras", "add_legal_document"}


def test_what_the_door_did_not_judge_is_refused(app: FastAPI, accounts: Accounts) -> None:
    """A route that joins the application past the door's list."""
    route = next(one for one in OPERATIONS if one.name == "list_events")
    app.add_api_route("/api/v1/past-the-door", route.endpoint, dependencies=route.dependencies)
    assert accounts.as_role(Role.OFFICER).get("/api/v1/past-the-door").status_code == 403


def connected(address: str) -> "closing[socket.socket]":
    return closing(socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=20))


def bounded(app: object, connections: Connections, head_s: float = 15.0) -> Served:
    """Served with bounds of connections."""
    protocol = protocol_of(connections, head_s)
    return Served(app, http=protocol, ws="none", timeout_keep_alive=1)  # type: ignore[arg-type]


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        # after an answer: what is kept alive ends too
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / ",
    ],
)
def test_a_head_that_does_not_come_ends_the_connection(begun: bytes) -> None:
    with bounded(hello, Connections(), head_s=0.5) as address, connected(address) as line:
        line.sendall(begun)
        with suppress(ConnectionResetError):
            while line.recv(4096):
                pass


def test_a_body_that_trickles_in_is_answered_408() -> None:
    app = Patience(problems_of(hello), pause_s=0.3)
    with bounded(app, Connections()) as address, connected(address) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
        assert b" 408 " in line.recv(4096)


def problems_of(app: object) -> FastAPI:
    """An application that answers errors as ours does."""
    outer = FastAPI(openapi_url=None)
    problems.install(outer)
    outer.mount("/", app)  # type: ignore[arg-type]
    return outer


def test_connections_are_bounded_in_all_and_by_address() -> None:
    counted = Connections(shared=("10.0.0.2",), most=6, most_of_address=2)
    assert [counted.add(one) for one in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")] == [
        True,
        True,
        False,
        True,
    ]
    # Behind a proxy, and on this machine, are many.
    assert [counted.add(one) for one in ("10.0.0.2", "10.0.0.2", "10.0.0.2", "192.0.2.3")] == [True, True, True, False]
    counted.remove("192.0.2.1")
    assert counted.add("192.0.2.1")
    assert counted.refused == 2


async def _asked(app: object, address: str, *headers: tuple[str, str]) -> dict[str, object]:
    """What an application sees of a request."""
    seen: dict[str, object] = {}

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        seen.setdefault("status", message.get("status"))

    encoded = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": (address, 1), "scheme": "http", "headers": encoded, "path": "/", "method": "GET"}
    await app(inner)(scope, receive, send)  # type: ignore[operator]
    return seen


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        # no proxy is trusted
        (("10.0.0.2",), "192.0.2.9", "198.51.100.1", "192.0.2.9"),
        # the proxy adds whom it saw at the right: what came from outside stands left of it
        (("10.0.0.2",), "10.0.0.2", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (("10.0.0.2", "10.0.0.3"), "10.0.0.2", "198.51.100.1, 203.0.113.5, 10.0.0.3", "203.0.113.5"),
        (("10.0.0.0/24",), "10.0.0.77", "198.51.100.1, 203.0.113.5:4711", "203.0.113.5"),
        # whoever connects is the proxy, and nobody that it names
        (("*",), "172.18.0.3", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (("*",), "172.18.0.3", "198.51.100.1, [2001:db8::1]:80", "2001:db8::1"),
        (("*", "10.0.0.0/8"), "172.18.0.3", "198.51.100.1, 203.0.113.5, 10.1.1.1", "203.0.113.5"),
        (("*",), "172.18.0.3", "", "172.18.0.3"),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(trusted: tuple[str, ...], peer: str, forwarded: str, client: str) -> None:
    headers = [("X-Forwarded-For", forwarded), ("X-Forwarded-Proto", "https")] if forwarded else []
    seen = asyncio.run(_asked(lambda inner: Forwarded(inner, trusted), peer, *headers))
    assert seen["client"][0] == client  # type: ignore[index]
    assert seen["scheme"] == ("https" if client != peer else "http")


def test_an_address_that_asks_too_often_waits() -> None:
    now = [0.0]
    limits: list[RateLimit] = []

    def limited(inner: object) -> RateLimit:
        if not limits:
            limits.append(RateLimit(inner, 10, lambda: now[0]))  # type: ignore[arg-type]
        return limits[0]

    def ask(address: str) -> object:
        return asyncio.run(_asked(limited, address)).get("status")

    answers = [ask("192.0.2.1") for _ in range(int(10 * BURST_S) + 5)]
    assert answers.count(429) == 5
    assert ask("192.0.2.2") is None
    now[0] += 0.5
    assert [ask("192.0.2.1") for _ in range(6)].count(429) == 1


def test_the_shape_of_a_body_is_looked_at_in_little_time() -> None:
    # escapes, quotes that never end, and long runs: all linear
    for hard in (b'"' + b"\\" * MAX_BODY_BYTES, b'"a' * (MAX_BODY_BYTES // 2), b'\\"' * (MAX_BODY_BYTES // 2)):
        began = time.process_time()
        check_shape(hard)
        # What is not linear takes minutes; collecting the garbage of all tests may take seconds.
        assert time.process_time() - began < 10
    check_shape(json.dumps({"a": [1, 2, {"b": "]]]"}]}).encode())
