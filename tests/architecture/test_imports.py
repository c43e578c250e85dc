"""The layers hold: import-linter, with the project's contracts, on the tree and on planted imports."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import LAYERS, ROOT, sources

CLI = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(root: Path) -> tuple[bool, str]:
    environment = {**os.environ, "PYTHONPATH": str(root), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CLI, "--no-cache", "--config", str(root / "pyproject.toml")],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A tree with the project's packages and contracts; modules are kept as far as they import."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for layer in LAYERS:
        (tmp_path / layer).mkdir()
        (tmp_path / layer / "__init__.py").touch()
    return tmp_path


def test_the_tree_keeps_every_contract() -> None:
    kept, text = lint(ROOT)
    assert kept, text


def test_every_module_belongs_to_a_layer() -> None:
    assert {of.path.partition("/")[0] for of in sources(*LAYERS)} == set(LAYERS)


PLANTED = [
    ("services/planted.py", "import adapters", "imports go downwards only"),
    ("services/planted.py", "import config", "imports go downwards only"),
    ("config/planted.py", "import adapters", "imports go downwards only"),
    ("adapters/planted.py", "import containers", "imports go downwards only"),
    ("services/planted.py", "import containers", "imports go downwards only"),
    ("adapters/planted.py", "import dependency_injector", "dependency_injector stays in containers"),
    ("services/planted.py", "import dependency_injector", "dependency_injector stays in containers"),
    ("services/planted.py", "import sqlalchemy", "services do no I/O"),
    ("services/planted.py", "import starlette", "services do no I/O"),
    ("containers/kernel/planted.py", "import adapters", "the kernel knows no application"),
    ("containers/kernel/planted.py", "import containers.application", "the kernel knows no application"),
]


def test_an_empty_tree_keeps_every_contract_so_that_only_the_plant_breaks_one(copy: Path) -> None:
    kept, text = lint(with_kernel(copy))
    assert kept, text


@pytest.mark.parametrize(("path", "text", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(copy: Path, path: str, text: str, contract: str) -> None:
    (with_kernel(copy) / path).write_text(f'"""Planted."""\n\n{text}\n')
    kept, report = lint(copy)
    assert not kept
    assert f"{contract} BROKEN" in report
    assert report.count(" BROKEN") == 1


def with_kernel(root: Path) -> Path:
    (root / "containers/kernel").mkdir()
    (root / "containers/kernel/__init__.py").touch()
    (root / "containers/application.py").touch()
    return root
