"""Nobody can fill the memory of the gateway with one request."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from tests.conftest import Person


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(
    person: Person, http: httpx.AsyncClient
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    path = f"/api/conversations/{person.id}/messages"
    announced = await http.post(path, content=b"x" * 2_000_000, headers=person.headers)
    streamed = await http.post(path, content=unannounced(), headers=person.headers)

    assert (announced.status_code, streamed.status_code) == (413, 413)
