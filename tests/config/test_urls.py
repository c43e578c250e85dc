"""No text shows the password in a URL: neither the settings nor their listing nor a line of the log."""

import pytest

from config.database import Database
from config.logs import secret_values
from config.reading import listing
from config.settings import Settings
from config.urls import passwords_in, without_password


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://ada:s%40cret@host/name", "s%40cret"),
        ("postgresql+asyncpg://ada:s@:cret@host:5432/name?sslmode=require", "s@:cret"),
        ("redis://:s-cret@host:6379/0", "s-cret"),
    ],
)
def test_a_password_is_masked_and_nothing_else(url: str, password: str) -> None:
    assert without_password(url) == url.replace(password, "********")
    assert password in passwords_in(url)


@pytest.mark.parametrize(
    "text", ["sqlite:////srv/a.db", "http://host:8000/a@b", "ada:secret", "openai:gpt-5"]
)
def test_text_without_a_password_stays_as_it_is(text: str) -> None:
    assert without_password(text) == text
    assert passwords_in(text) == []


def test_settings_show_no_password_and_the_log_hides_it() -> None:
    settings = Settings(database=Database(url="postgresql://ada:s%40cret-4711@host/name"))
    assert "4711" not in repr(settings) + str(listing(settings))
    assert {"s%40cret-4711", "s@cret-4711"} <= set(secret_values(settings))
