"""What a client asks a server over HTTP: a session, and a place for files."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import httpx2

from adapters.cli.refusals import Stop
from adapters.cli.uploads import media_type_of, unreadable


def client(url: str, token: str | None = None) -> httpx2.AsyncClient:
    """Return an HTTP client for the server."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.AsyncClient(base_url=url, headers=headers, timeout=30)


async def log_in(url: str, user: str, password: str) -> str:
    """Return a session token."""
    async with client(url) as http:
        answer = await _answered(http.post("/auth/login", json={"username": user, "password": password}), url)
        token: str = answer["token"]
        return token


async def log_out(url: str, token: str) -> None:
    """End the session; a server that is gone has nothing to end."""
    async with client(url, token) as http:
        try:
            await http.post("/auth/logout")
        except httpx2.TransportError:
            return


async def upload(http: httpx2.AsyncClient, file: Path) -> str:
    """Hand in a file and return its id."""
    try:
        content = await anyio.Path(file).read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None
    put = http.put(
        f"/api/files/{quote(file.name, safe='')}",
        content=content,
        headers={"Content-Type": media_type_of(file)},
    )
    file_id: str = (await _answered(put, str(http.base_url)))["file_id"]
    return file_id


async def _answered(request: Awaitable[httpx2.Response], url: str) -> Any:
    try:
        response = await request
    except httpx2.TransportError as error:
        raise Stop(
            f"the server at {url} cannot be reached: {str(error) or type(error).__name__}", 1
        ) from None
    if response.is_success:
        return response.json()
    try:
        problem = response.json()
        raise Stop(f"the server refuses: {problem['detail']} ({problem['code']})", 1)
    except (ValueError, KeyError, TypeError):
        raise Stop(f"{url} answers {response.status_code}: is it a Soledoor server?", 1) from None
