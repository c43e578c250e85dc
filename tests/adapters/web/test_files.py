"""Files: only text, within bounds, to its owner, and never as something a browser runs."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.web.site import MakeSite, Site
from tests.adapters.web.test_routes import is_problem


@pytest.mark.parametrize("media_type", ["text/csv", "text/plain; charset=utf-8", "TEXT/CSV"])
async def test_a_text_file_is_stored(site: Site, media_type: str) -> None:
    async with site.http("token-ada") as client:
        answer = await client.put(
            "/api/files/sales.csv", content=b"a,b\n", headers={"content-type": media_type}
        )
        assert answer.status_code == 201
        assert answer.json() == {"file_id": "f-ada", "name": "sales.csv", "bytes": 4}
        listed = (await client.get("/api/files")).json()
        assert listed["items"][0]["name"] == "sales.csv"
        assert listed["next"] is None


@pytest.mark.parametrize("media_type", ["application/octet-stream", "text/html", "multipart/form-data", ""])
async def test_any_other_type_is_refused_with_the_cure(site: Site, media_type: str) -> None:
    async with site.http("token-ada") as client:
        answer = await client.put("/api/files/x", content=b"a", headers={"content-type": media_type})
        assert "text/csv" in is_problem(answer, 415, "unsupported_media_type")["detail"]
    assert not site.store.uploads


async def test_a_file_comes_back_as_an_inert_attachment(site: Site) -> None:
    async with site.http("token-ada") as client:
        await client.put("/api/files/s.csv", content=b"a,b", headers={"content-type": "text/csv"})
        answer = await client.get("/api/files/f-ada")
    assert answer.content == b"a,b"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''sales%20%C3%A9.csv"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_file_can_be_deleted(site: Site) -> None:
    async with site.http("token-ada") as client:
        assert (await client.delete("/api/files/f-ada")).status_code == 204


async def test_a_name_with_a_separator_reaches_the_store_which_refuses_it(site: Site) -> None:
    async with site.http("token-ada") as client:
        answer = await client.put("/api/files/a%2Fb", content=b"a", headers={"content-type": "text/csv"})
        is_problem(answer, 422, "invalid_input")


async def test_an_upload_has_its_own_bound(make_site: MakeSite) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    site = await make_site({"file_bytes": 2000}, body_bytes=100)
    async with site.http("token-ada") as client:
        typed = {"content-type": "text/csv"}
        assert (await client.put("/api/files/a", content=b"x" * 2000, headers=typed)).status_code == 201
        is_problem(await client.put("/api/files/a", content=b"x" * 2001, headers=typed), 413, "too_large")
        is_problem(await client.put("/api/files/a", content=chunks(), headers=typed), 413, "too_large")
        is_problem(await client.post("/auth/login", content=b"x" * 101), 413, "too_large")
    assert len(site.store.uploads) == 1
