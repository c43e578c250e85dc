"""Files on disk: which are read, what is kept, and what cannot be read is reported, never fatal."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.audit import workers
from adapters.audit.auditing import Watching, Wish, gathered, root_of
from adapters.audit.cache import Cache, Kept, load, place_of, save
from adapters.audit.gathering import gather
from adapters.audit.reading import LARGEST, read_file
from adapters.audit.walking import Found, python_files
from adapters.audit.workers import read_all
from services.audit.configuration import AuditConfigurationError
from services.audit.facts.records import restored


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for path in (
        "a.py",
        "pkg/__init__.py",
        "pkg/b.py",
        ".venv/c.py",
        "env2/pyvenv.cfg",
        "env2/d.py",
        "build/e.py",
    ):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x = 1\n")
    (root / "node_modules").mkdir()
    (root / "node_modules" / "f.py").write_text("")
    return root


def paths(root: Path, *exclude: str) -> list[str]:
    return [found.path for found in python_files(root, exclude)]


def silent(done: int, of: int) -> None:
    pass


def all_of(root: Path, cache: Cache | None = None):
    return gather(root, list(python_files(root, ())), cache or Cache({}), silent)


def test_environments_hidden_and_built_folders_are_left_out(tree):
    assert paths(tree) == ["a.py", "pkg/__init__.py", "pkg/b.py"]
    assert paths(tree, "pkg") == ["a.py"]
    assert paths(tree, "*.py") == []


def test_links_in_circles_and_twice_the_same_file_are_read_once(tree):
    (tree / "pkg" / "loop").symlink_to(tree)
    (tree / "again.py").symlink_to(tree / "a.py")
    (tree / "self.py").symlink_to("self.py")
    assert paths(tree) == ["a.py", "self.py", "pkg/__init__.py", "pkg/b.py"]
    assert dict(all_of(tree).unparsed) == {"self.py": "cannot be opened: Too many levels of symbolic links"}


def test_what_is_no_file_is_left_alone(tree):
    os.mkfifo(tree / "pipe.py")
    assert "pipe.py" not in paths(tree)


DEEP = "x = " + "(" * 300 + ")" * 300
CHAIN = "if a == 0: pass\n" + "".join(f"elif a == {n}: pass\n" for n in range(600))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def f(:\n", "line 1"),
        (b"# 1\n# 2\n\nx = '\xff\xfe'\n", "codec can't decode"),
        (b"# coding: nothing-known\n", "unknown encoding"),
        (b"x = 1\0\n", "null bytes"),
        (DEEP.encode(), "too many nested parentheses"),
        (b"x = " + b"-" * 20_000 + b"1\n", ""),
        (b"#" * (LARGEST + 1), "are taken for generated data"),
    ],
)
def test_what_cannot_be_read_is_reported(tree, content, reason):
    (tree / "odd.py").write_bytes(content)
    told = all_of(tree)
    assert [each.file for each in told.unparsed] == ["odd.py"]
    assert reason in told.unparsed[0].reason
    assert set(told.files) == {"a.py", "pkg/__init__.py", "pkg/b.py"}


@pytest.mark.parametrize(
    "content",
    [
        "# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n".encode("latin-1"),
        "\ufeffname = 1\n".encode(),
        b"name = 1\r\nother = 2\r\n",
        b"name = 1\rother = 2\r",
        b"name = '\\d'\n",
        CHAIN.encode(),
        ("x = " + " + ".join(["1"] * 900)).encode(),
    ],
)
def test_odd_but_valid_files_are_read(tree, content):
    (tree / "odd.py").write_bytes(content)
    assert all_of(tree).unparsed == []


def test_a_file_that_may_not_be_opened_is_reported(tree, monkeypatch):
    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert read_file(tree / "a.py") == ("", "cannot be opened: Permission denied")


# ---------------------------------------------------------------- what is kept


def test_a_tree_that_is_known_is_not_read_at_all(tree, monkeypatch):
    kept = all_of(tree).kept
    monkeypatch.setitem(sys.modules, "adapters.audit.workers", None)
    again = all_of(tree, Cache(kept))
    assert again.read == 0
    assert again.files.keys() == {"a.py", "pkg/__init__.py", "pkg/b.py"}


def test_a_file_that_was_touched_or_moved_is_known_by_its_content(tree):
    (tree / "pkg" / "b.py").write_text("class B: pass\n")
    kept = all_of(tree).kept
    os.utime(tree / "a.py", ns=(1, 1))
    (tree / "pkg" / "b.py").rename(tree / "moved.py")
    again = all_of(tree, Cache(kept))
    assert again.read == 0
    assert again.files["moved.py"].classes[0].name == "B"


def test_only_what_has_changed_is_read(tree):
    kept = all_of(tree).kept
    (tree / "a.py").write_text("class Other: pass\n")
    again = all_of(tree, Cache(kept))
    assert again.read == 1
    assert again.files["a.py"].classes[0].name == "Other"


def test_the_cache_file_comes_back_as_it_was(tree, tmp_path):
    kept = all_of(tree).kept
    place = place_of(tree)
    assert str(place).startswith(str(tmp_path / "cache"))
    save(place, kept)
    loaded = load(place)
    assert loaded.holds(kept) is False
    assert all_of(tree, loaded).read == 0
    assert list(place.parent.iterdir()) == [place]


@pytest.mark.parametrize("content", [b"", b"{", b"[[0],{}]", b"[1]", b"null", b'[[8,3,11],{"a":[1]}]'])
def test_a_damaged_cache_is_an_empty_one(tree, content):
    place = place_of(tree)
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert load(place).empty


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path):
    (tmp_path / "file").write_text("")
    save(tmp_path / "file" / "cache.json", {"a": Kept(1, 1, "", "")})
    assert load(tmp_path / "file" / "cache.json").empty


def test_an_audit_keeps_what_it_read_and_writes_only_what_is_new(tree, monkeypatch):
    written: list[Path] = []

    def told(place: Path, kept: Mapping[str, Kept]) -> None:
        written.append(place)
        save(place, kept)

    monkeypatch.setattr("adapters.audit.auditing.save", told)
    gathered(Wish(tree), Watching())
    gathered(Wish(tree), Watching())
    gathered(Wish(tree, cached=False), Watching())
    assert written == [place_of(tree)]


# ---------------------------------------------------------------- processes


def many(root: Path, count: int) -> list[Found]:
    for number in range(count):
        (root / f"m{number}.py").write_text(f"class C{number}: pass\n")
    return [found for found in python_files(root, ()) if found.path.startswith("m")]


def test_processes_read_what_one_would_have_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "BATCH", 3)
    monkeypatch.setattr(workers, "FEW", 5)
    found = many(tmp_path, 10)
    read = {each.found.path: restored(each.rows).classes[0].name for each in read_all(tmp_path, found, 2)}
    assert read == {f"m{number}.py": f"C{number}" for number in range(10)}


KILLER = """
import os, sys, json
for line in sys.stdin:
    root, paths = json.loads(line)
    if "m3.py" in paths: os._exit(9)
    print(json.dumps([["", "read"] for _ in paths]), flush=True)
"""


def test_a_file_that_kills_its_process_costs_no_other_file(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "BATCH", 3)
    monkeypatch.setattr(workers, "FEW", 5)
    found = many(tmp_path, 10)
    told = {
        each.found.path: each.rows for each in read_all(tmp_path, found, 2, (sys.executable, "-c", KILLER))
    }
    assert told.pop("m3.py") == "the process that read it died"
    assert set(told.values()) == {"read"}
    assert len(told) == 9


# ---------------------------------------------------------------- what is no tree


def test_a_path_that_is_not_there_or_holds_no_python_is_refused(tmp_path):
    with pytest.raises(AuditConfigurationError, match="no such file or folder"):
        root_of(tmp_path / "nowhere")
    with pytest.raises(AuditConfigurationError, match="no Python file"):
        gathered(Wish(tmp_path), Watching())


def test_one_file_can_be_audited_alone(tree):
    assert set(gathered(Wish(tree / "pkg" / "b.py"), Watching()).files) == {"b.py"}
