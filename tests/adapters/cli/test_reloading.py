"""What `serve --reload` watches and how it starts the server again."""

import socket
import sys
from pathlib import Path

from adapters.cli.reloading import child_command, free_port, look


def test_the_child_gets_the_same_arguments_the_same_port_and_no_watching() -> None:
    command = child_command(["serve", "--reload", "--demo", "--port", "0"], 4321)
    assert command[0] == sys.executable
    assert command[-6:] == ["serve", "--demo", "--port", "0", "--port", "4321"]


def test_a_free_port_can_be_taken() -> None:
    with socket.create_server(("127.0.0.1", free_port("127.0.0.1"))) as taken:
        assert taken.getsockname()[1] > 0


def test_our_own_files_and_the_tool_modules_are_watched(here: Path) -> None:
    package = here / "watched_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (here / "watched_module.py").touch()
    seen = look(["watched_package.inner", "watched_module", "no_such_module", ""])
    assert {package / "__init__.py", here / "watched_module.py"} <= set(seen)
    assert any(path.name == "bootstrap.py" for path in seen)


def test_a_change_is_seen_and_a_deleted_file_is_no_trouble(here: Path) -> None:
    module = here / "changing_module.py"
    module.write_text("a = 1")
    before = look(["changing_module"])
    module.write_text("a = 22")
    changed = look(["changing_module"])
    module.unlink()
    (here / "changing_module.py").symlink_to(here / "gone.py")
    assert before != changed
    assert module not in look(["changing_module"])
