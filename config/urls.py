"""What of a URL may be seen: everything but the password in it."""

import re
from urllib.parse import unquote

_PASSWORD = re.compile(r"(?P<before>\w://[^/?#\s:@]*:)(?P<password>[^/?#\s]*)(?=@)")


def without_password(text: str, mask: str = "********") -> str:
    """Return the text with the password of each URL in it masked."""
    return _PASSWORD.sub(lambda match: match["before"] + mask, text)


def passwords_in(text: str) -> list[str]:
    """Return the passwords of the URLs in a text, as they stand there and decoded."""
    found = [match["password"] for match in _PASSWORD.finditer(text) if match["password"]]
    return list(dict.fromkeys(each for password in found for each in (password, unquote(password))))
