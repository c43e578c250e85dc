import os
from pathlib import Path

import pytest

from adapters.telemetry.memory import ProcessMemory
from tests.build import build

MIB = 1024 * 1024


class Machine:
    """A root directory with the kernel's files in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> "Machine":
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self

    def memory(self, setting: int | None = None) -> ProcessMemory:
        probe: ProcessMemory = build(ProcessMemory, setting, self.root)
        return probe


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path).write("proc/meminfo", f"MemFree: 1 kB\nMemTotal:  {1000 * 1024} kB\n")


def test_the_resident_size_is_counted_in_pages_of_this_machine(machine: Machine) -> None:
    machine.write("proc/self/statm", "9000 100 50 1 0 500 0\n")
    assert machine.memory().resident() == 100 * os.sysconf("SC_PAGE_SIZE")


def test_this_process_can_be_measured() -> None:
    probe: ProcessMemory = build(ProcessMemory, None)
    resident, limit = probe.resident(), probe.limit()
    assert resident is not None
    assert limit is not None
    assert MIB < resident < limit


def test_the_smallest_limit_counts(machine: Machine) -> None:
    assert machine.memory().limit() == 1000 * MIB
    assert machine.memory(500 * MIB).limit() == 500 * MIB
    assert machine.memory(5000 * MIB).limit() == 1000 * MIB


@pytest.mark.parametrize("limited", ["memory.max", "a.slice/memory.max", "a.slice/app.service/memory.max"])
def test_every_group_of_version_2_above_the_process_counts(machine: Machine, limited: str) -> None:
    machine.write("proc/self/cgroup", "0::/a.slice/app.service\n")
    for path in ("", "a.slice/", "a.slice/app.service/"):
        machine.write(f"sys/fs/cgroup/{path}memory.max", "max\n")
    assert machine.memory().limit() == 1000 * MIB
    machine.write(f"sys/fs/cgroup/{limited}", f"{200 * MIB}\n")
    assert machine.memory().limit() == 200 * MIB


def test_a_container_whose_path_is_the_hosts_finds_its_group_at_the_top(machine: Machine) -> None:
    machine.write("proc/self/cgroup", "0::/kubepods/pod1/../abc\n")
    machine.write("sys/fs/cgroup/memory.max", f"{300 * MIB}\n")
    assert machine.memory().limit() == 300 * MIB


def test_groups_of_version_1_count_too(machine: Machine) -> None:
    machine.write("proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n1:name=systemd:/\n")
    machine.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    machine.write("sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", f"{100 * MIB}\n")
    machine.write("sys/fs/cgroup/docker/x/memory.max", "1\n")
    assert machine.memory().limit() == 100 * MIB


def test_what_cannot_be_read_is_not_invented(tmp_path: Path) -> None:
    probe = Machine(tmp_path).memory()
    assert probe.resident() is None
    assert probe.limit() is None


@pytest.mark.parametrize("nonsense", ["", "x", "1", "-5 -5", "\n\n", "ä ö"])
def test_files_that_make_no_sense_give_no_reading(machine: Machine, nonsense: str) -> None:
    for name in ("proc/self/statm", "proc/meminfo", "proc/self/cgroup", "sys/fs/cgroup/memory.max"):
        machine.write(name, nonsense)
    assert machine.memory().resident() is None
    assert machine.memory().limit() is None
