"""Switches: known names and values, and who sees a change when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import anyio
import pytest
from structlog.testing import capture_logs

from services import switches as module
from services.errors import InvalidInput, Unavailable
from services.ports.switches import SwitchChange, SwitchStore
from services.switches import Switches
from tests.build import build

INITIAL = {"legacy.mode": "warn", "legacy.forbid_percent": "5"}


class Kept(SwitchStore):
    """Switches in a dictionary; ``away`` makes it out of reach."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self.changes: list[SwitchChange] = []
        self.away = False
        self.reads = 0

    async def values(self) -> Mapping[str, str]:
        self.reads += 1
        if self.away:
            raise Unavailable("away")
        return dict(self.stored)

    async def set(self, name: str, value: str, who: str) -> SwitchChange:
        change = SwitchChange(name, self.stored.get(name), value, who, datetime.now(UTC))
        self.stored[name] = value
        self.changes.insert(0, change)
        return change

    async def history(self, name: str, limit: int = 20) -> Sequence[SwitchChange]:
        return [change for change in self.changes if change.name == name][:limit]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(module, "EVERY_S", 0.01)
    return Kept()


async def read_again(store: Kept) -> None:
    """Wait until a look that began after this has ended."""
    seen = store.reads
    with anyio.fail_after(10):
        while store.reads < seen + 2:
            await anyio.sleep(0.005)


async def test_settings_give_the_first_value_and_a_switch_stands_above_it(store: Kept) -> None:
    store.stored["legacy.mode"] = "forbid"
    async with build(Switches, store, INITIAL) as switches:
        assert (switches.value("legacy.mode"), switches.number("legacy.forbid_percent")) == ("forbid", 5)
        assert [(state.name, state.value, state.initial, state.is_set) for state in switches.all()] == [
            ("legacy.forbid_percent", "5", "5", False),
            ("legacy.mode", "forbid", "warn", True),
        ]


async def test_a_change_is_seen_at_once_here_and_soon_elsewhere(store: Kept) -> None:
    async with build(Switches, store, INITIAL) as here, build(Switches, store, INITIAL) as there:
        change = await here.change("legacy.mode", "allow", "ann")
        assert (change.old, here.value("legacy.mode")) == (None, "allow")
        await read_again(store)
        await read_again(store)
        assert there.value("legacy.mode") == "allow"
        assert [(one.new, one.who) for one in await there.history("legacy.mode")] == [("allow", "ann")]


@pytest.mark.parametrize(
    ("name", "value", "there_is"),
    [
        ("legacy.mode", "maybe", "allow, warn, forbid"),
        ("legacy.forbid_percent", "101", "0 to 100"),
        ("legacy.forbid_percent", "-1", "0 to 100"),
        ("legacy.forbid_percent", "05", "0 to 100"),
        ("legacy.forbid_percent", "²", "0 to 100"),
        ("legacy.forbid_percent", "", "0 to 100"),
        ("unknown", "1", "legacy.forbid_percent, legacy.mode"),
    ],
)
async def test_other_names_and_values_are_refused_and_the_allowed_ones_named(
    store: Kept, name: str, value: str, there_is: str
) -> None:
    async with build(Switches, store, INITIAL) as switches:
        with pytest.raises(InvalidInput, match=there_is):
            await switches.change(name, value, "ann")
    assert store.stored == {}


async def test_what_this_version_does_not_allow_is_left_aside_and_logged(store: Kept) -> None:
    store.stored |= {"legacy.mode": "later", "of.another.version": "1"}
    with capture_logs() as logs:
        async with build(Switches, store, INITIAL) as switches:
            assert switches.value("legacy.mode") == "warn"
    assert ("switch_not_allowed", "legacy.mode") in {(line["event"], line["name"]) for line in logs}
    assert "of.another.version" not in {line["name"] for line in logs}


async def test_while_the_store_is_away_the_last_values_hold(store: Kept) -> None:
    store.stored["legacy.mode"] = "forbid"
    async with build(Switches, store, INITIAL) as switches:
        store.away = True
        await read_again(store)
        assert switches.value("legacy.mode") == "forbid"
        store.away = False
        store.stored["legacy.mode"] = "allow"
        await read_again(store)
        assert switches.value("legacy.mode") == "allow"
