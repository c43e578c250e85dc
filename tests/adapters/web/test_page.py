"""The page's files: right types, right caching, and no way out of their folder."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from adapters.web.routes.page import Page
from tests.adapters.web.site import Site
from tests.adapters.web.test_routes import is_problem


@pytest.fixture
def folder(site: Site, tmp_path: Path) -> Path:
    """Serve a folder of our own instead of the real page."""
    (tmp_path / "secret.txt").write_text("secret")
    page = tmp_path / "page"
    (page / "vendor").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "app.js").write_text("1")
    (page / "style.css").write_text("a{}")
    (page / "vendor" / "lib.js").write_text("2")
    (page / "link.txt").symlink_to(tmp_path / "secret.txt")
    app: FastAPI = site.web.asgi
    mounts: Any = [route for route in app.router.routes if isinstance(route, Mount)]
    mounts[-1].app = Page(page)
    return page


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/", "text/html"), ("/index.html", "text/html"), ("/app.js", "javascript"), ("/style.css", "text/css")],
)
async def test_a_file_is_served_with_its_type_and_asked_for_again(
    site: Site, folder: Path, path: str, media_type: str
) -> None:
    async with site.http() as client:
        answer = await client.get(path)
        assert answer.status_code == 200
        assert media_type in answer.headers["content-type"]
        assert answer.headers["cache-control"] == "no-cache"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        again = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


async def test_a_vendored_file_is_kept_for_ever(site: Site, folder: Path) -> None:
    async with site.http() as client:
        assert "immutable" in (await client.get("/vendor/lib.js")).headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/vendor/..%2f..%2fsecret.txt", "/link.txt",
     "/%00",
     "/vendor", "/no.js", "/" + "x" * 300, "//etc/passwd", "/app%2f.."],
)  # fmt: skip
async def test_nothing_else_is_served(site: Site, folder: Path, path: str) -> None:
    async with site.http() as client:
        answer = await client.get(path)
    assert "secret" not in answer.text.replace("secret.txt", "")
    is_problem(answer, 404, "not_found")
