"""Vendored files are what their packages hold, unchanged, with their licence beside them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "adapters" / "web" / "static" / "vendor", ROOT / "tests" / "browser" / "vendor")
MANIFESTS = [path for folder in FOLDERS for path in sorted(folder.glob("*/*/manifest.json"))]
NAMES = [path.parent.parent.name for path in MANIFESTS]


@pytest.mark.parametrize("path", MANIFESTS, ids=NAMES)
def test_a_vendored_file_has_the_hash_of_its_manifest(path: Path) -> None:
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["version"]) == (path.parent.parent.name, path.parent.name)
    assert manifest["source"] == f"npm:{manifest['name']}@{manifest['version']}"
    for name, file in manifest["files"].items():
        assert hashlib.sha256((path.parent / name).read_bytes()).hexdigest() == file["sha256"]


@pytest.mark.parametrize("path", MANIFESTS, ids=NAMES)
def test_nothing_lies_beside_the_manifest_that_it_does_not_name(path: Path) -> None:
    named = {"manifest.json", *json.loads(path.read_text(encoding="utf-8"))["files"]}
    assert {file.name for file in path.parent.iterdir()} == named
    assert "LICENSE" in named


def test_every_vendored_package_has_a_manifest() -> None:
    assert sorted(NAMES) == ["axe-core", "dompurify", "marked"]
    for folder in FOLDERS:
        assert len(list(folder.glob("*/*"))) == len(list(folder.glob("*/*/manifest.json")))


def test_the_page_preloads_each_of_its_modules_and_nothing_that_is_not_there() -> None:
    static = FOLDERS[0].parent
    named = set(
        re.findall(
            r'rel="modulepreload" href="/([^"]+)"', (static / "index.html").read_text(encoding="utf-8")
        )
    )
    assert all((static / name).is_file() for name in named)
    own = {
        str(file.relative_to(static))
        for folder in ("core", "views")
        for file in static.glob(f"{folder}/*.js")
    }
    assert own <= named


def test_the_page_asks_nobody_else_for_anything() -> None:
    own = [file for file in FOLDERS[0].parent.rglob("*") if file.is_file() and FOLDERS[0] not in file.parents]
    for file in own:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text.replace("//${location.host}", "").replace("https?:", ""), file
