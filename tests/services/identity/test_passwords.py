import pytest

from services.identity import passwords
from services.identity.common_passwords import COMMON

# fmt: off
TOO_SIMPLE = [
    "password", "Password1", "PASSWORD123!", "p@ssw0rd", "P4$$w0rd2024", "123456789", "12345678", "87654321",
    "19840523", "11111111", "aaaaaaaaaaaa", "abababab", "abcabcabc", "abcdabcd", "qwertyui", "qwertz123",
    "1qaz2wsx", "1q2w3e4r5t", "zxcvbnm,", "iloveyou", "iloveyou2", "!!!sunshine!!!", "monkey12", "dragon99",
    "football1", "trustno1", "letmein!", "welcome2026", "changeme", "Admin1234", "hellohello", "lovelove",
    "q1w2e3r4", "a1b2c3d4", "zaq12wsx", "ytrewqytrewq", "        ", "0987654321", "starwars", "Liverpool1",
]
GOOD = [
    "correct horse battery staple", "seven purple lamps", " leading and trailing ", "päßwörter sind schön",
    "密码很长而且没人知道", "🦔🦊🐻🦁🐼🦉🐢🐙", "xK9#mQ2$", "x" * 64, "ab" * 64, "tab\tand\nnewline\x00nul",
    "314159265358", "wrong pony", "monkeydragon",
]
# fmt: on


@pytest.mark.parametrize("password", TOO_SIMPLE)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert passwords.objection(password, "Ada") is not None


@pytest.mark.parametrize("password", GOOD)
def test_anything_else_is_accepted(password: str) -> None:
    assert passwords.objection(password, "Ada") is None


def test_every_common_word_is_refused_with_a_number_behind() -> None:
    open_doors = [word for word in COMMON if passwords.objection(f"{word}12345678", "Ada") is None]
    assert open_doors == []
    assert len(COMMON) > 200


@pytest.mark.parametrize("password", ["Ludwig Wittgenstein", "LUDWIG WITTGENSTEIN", "nietsnegttiW giwduL"])
def test_the_user_name_is_no_password(password: str) -> None:
    objection = passwords.objection(password, "Ludwig Wittgenstein")
    assert objection is not None
    assert objection.message == "must not be the user name"


@pytest.mark.parametrize(
    ("length", "fits"), [(7, False), (8, True), (128, True), (129, False), (100_000, False)]
)
def test_passwords_have_8_to_128_characters(length: int, fits: bool) -> None:
    password = "".join(chr(ord("a") + number * 7 % 26) for number in range(length))
    assert (passwords.objection(password, "Ada") is None) is fits


def test_characters_are_counted_as_they_are_stored() -> None:
    assert (
        passwords.objection("e\u0301a\u0301o\u0301u\u0301", "Ada") is not None
    )  # four letters, eight code points


def test_text_that_is_no_unicode_is_refused() -> None:
    objection = passwords.objection("broken \ud800 half", "Ada")
    assert objection is not None
    assert (objection.field, objection.message) == ("password", "must be valid Unicode text")


def test_one_password_has_one_spelling() -> None:
    assert passwords.spelled("Ａngström e\u0301") == passwords.spelled("Angström é")
    assert passwords.spelled(" x ") == " x "
    assert passwords.spelled("x" * 128) == "x" * 128
    assert passwords.spelled("x" * 129) is None
