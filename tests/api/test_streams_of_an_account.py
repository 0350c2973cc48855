"""One account watches from a few windows at once, whatever it opens: by real connections, which others do not feel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
from fastapi import FastAPI

from api.http.services import Services
from api.live import relay, updates
from core.rights import Role
from tests.api.accounts import PASSWORD, Accounts
from tests.api.review_examples import put_site
from tests.served import Served
from tests.store.examples import CAMERA

LONG_S = 60
OPENED = 20


async def signed_in(address: str, name: str, stack: AsyncExitStack) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    client = await stack.enter_async_context(
        httpx.AsyncClient(base_url=address, timeout=LONG_S, headers={"Origin": address}, limits=limits)
    )
    answer = await client.post("/api/v1/session", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return client


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), LONG_S))


async def until(lines: AsyncIterator[str], wanted: str) -> list[str]:
    """The lines up to one that is wanted; all, where it does not come before the end."""
    found: list[str] = []
    async for line in lines:
        found.append(line)
        if wanted in line:
            return found
    return found


def test_of_many_windows_the_newest_are_told_and_the_oldest_ask_again_later(
    app: FastAPI, accounts: Accounts, services: Services
) -> None:
    for name in ("li", "wang"):
        accounts.user(name, Role.OFFICER)

    async def work() -> None:
        async with AsyncExitStack() as stack:
            li, wang = [await signed_in(address, name, stack) for name in ("li", "wang")]
            other = await stack.enter_async_context(wang.stream("GET", "/api/v1/stream"))
            others_lines = other.aiter_lines()
            await until(others_lines, "id:")
            streams = []
            for _ in range(OPENED):
                answer = await stack.enter_async_context(li.stream("GET", "/api/v1/stream"))
                assert answer.status_code == 200
                lines = answer.aiter_lines()
                assert await until(lines, "id:")
                streams.append(lines)
            for lines in streams[: OPENED - updates.MOST_OF_ACCOUNT]:
                rest = [line async for line in lines]
                assert "event: superseded" in rest
                assert "retry: 60000" in rest
            # Those that are left, and the other account's.
            assert len(services.shared(updates.live_hub)._watchers) == updates.MOST_OF_ACCOUNT + 1
            assert (await wang.get("/api/v1/events")).status_code == 200

    with Served(app) as address:
        run(work)


def test_live_pictures_are_watched_from_a_few_windows(app: FastAPI, accounts: Accounts, services: Services) -> None:
    put_site(services, CAMERA)
    for name in ("li", "wang"):
        accounts.user(name, Role.OPERATIONS)
    place = f"/api/v1/live?camera={CAMERA.id}"

    async def work() -> None:
        async with AsyncExitStack() as stack:
            li, wang = [await signed_in(address, name, stack) for name in ("li", "wang")]
            statuses, held = [], []
            for _ in range(OPENED):
                answer = await stack.enter_async_context(li.stream("GET", place))
                statuses.append(answer.status_code)
                if answer.status_code == 200:
                    # Let go of, an answer would end.
                    held.append(answer.aiter_raw())
                    await anext(held[-1])
            assert statuses == [200] * relay.MOST_OF_ACCOUNT + [429] * (OPENED - relay.MOST_OF_ACCOUNT)
            other = await stack.enter_async_context(wang.stream("GET", place))
            assert other.status_code == 200

    with Served(app) as address:
        run(work)
