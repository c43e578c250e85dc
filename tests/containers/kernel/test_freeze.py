"""The freeze: afterwards nothing changes what a container gives."""

from collections.abc import Callable
from typing import Any

import pytest

from containers.kernel import freeze, graph, verify
from containers.kernel.recipe import Recipe
from services.errors import WiringError
from tests.containers.kernel.example import ROLES, Application, Context

CHANGES: list[Callable[[Any], object]] = [
    lambda provider: provider.override(object()),
    lambda provider: provider.reset_override(),
    lambda provider: provider.reset_last_overriding(),
    lambda provider: provider.set_provides(dict),
    lambda provider: provider.add_args(1),
    lambda provider: provider.set_args(1),
    lambda provider: provider.clear_args(),
    lambda provider: provider.add_kwargs(a=1),
    lambda provider: provider.set_kwargs(a=1),
    lambda provider: provider.clear_kwargs(),
    lambda provider: provider.add_attributes(a=1),
    lambda provider: provider.set_attributes(a=1),
    lambda provider: provider.clear_attributes(),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", sorted(Application.providers))
def test_a_frozen_provider_refuses_every_change(name: str, change: Callable[[Any], object]) -> None:
    container = Application()
    freeze(container)
    with pytest.raises(WiringError, match="the container is frozen"):
        change(getattr(container, name))


def test_a_frozen_application_object_cannot_be_made_anew_or_replaced() -> None:
    container = Application()
    first = container.journal()
    freeze(container)
    for change in (
        container.journal.reset,
        container.journal.full_reset,
        lambda: container.journal.give(first),
    ):
        with pytest.raises(WiringError, match="the container is frozen"):
            change()
    assert container.journal() is first


def test_a_frozen_factory_keeps_its_maker() -> None:
    container = Application()
    freeze(container)
    with pytest.raises(WiringError, match="the maker of OneDispatcher: override"):
        container.dispatcher_factory.args[0].override(print)


def test_the_container_itself_cannot_be_overridden_once_frozen() -> None:
    container = Application()
    freeze(container)
    with pytest.raises(WiringError, match="frozen"):
        container.override(Application())
    with pytest.raises(WiringError, match="frozen"):
        container.override_providers(bridge=object())


def test_without_the_freeze_the_same_changes_pass() -> None:
    container = Application()
    for provider in container.providers.values():
        assert isinstance(provider, Recipe)
        provider.override(object())
        provider.reset_override()


async def test_a_frozen_container_still_opens_scopes_and_may_be_frozen_again() -> None:
    container = Application()
    verify(container, ROLES)
    freeze(container)
    freeze(container)
    async with container.open_request().open(Context()) as request:
        assert request.context.user == "ada"
    assert graph(container)


def test_a_copy_of_the_container_class_is_not_frozen_by_another() -> None:
    freeze(Application())
    Application().journal.override(object())
