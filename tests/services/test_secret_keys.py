import pytest

from services import secret_keys
from services.secret_keys import is_secret_key

# fmt: off
SECRET = [
    "password", "PASSWORD", "user_password", "userPassword", "db.passwd", "passwd", "client-secret",
    "clientSecret", "SECRET", "auth", "basic_auth", "Authorization", "x-authorization", "credential",
    "credentials", "awsCredentials", "cookie", "Set-Cookie", "setCookie", "token", "Token", "TOKEN",
    "access_token", "accessToken", "refreshToken", "token_value", "id.token", "api_key", "apiKey", "APIKey",
    "api-key", "X-Api-Key", "api.key", "private_key", "privateKey", "secret_key", "access_key", "accessKeyId",
    "signing-key", "encryptionKey", "encryption_key", "OPENAI_API_KEY", "token_counter", "oauth2_token",
    "password2", "api_key_2",
]
OPEN = [
    "tokens", "max_tokens", "maxTokens", "inputTokens", "token_count", "tokenCount", "token-limit",
    "token.usage", "tokenUsage", "TOKEN_COUNT", "key", "keys", "primary_key", "foreignKey", "public_key",
    "publicKey", "monkey", "keyboard", "api", "apikey", "key_api", "author", "authority", "authentication",
    "passwords", "secrets", "secretary", "cookies", "passphrase", "passWord", "tokenize", "tokenizer",
    "sort_key", "data", "name", "user_id", "content", "oauth", "", "_", "...", "ключ", "パスワード", "123",
]
# fmt: on


@pytest.mark.parametrize("name", SECRET)
def test_this_name_announces_a_secret(name: str) -> None:
    assert is_secret_key(name)


@pytest.mark.parametrize("name", OPEN)
def test_this_name_does_not(name: str) -> None:
    assert not is_secret_key(name)


def test_one_secret_word_among_others_is_enough() -> None:
    assert is_secret_key("token_count_of_the_password")
    assert is_secret_key("token_limit_and_token")
    assert not is_secret_key("token_limit_and_token_usage")


@pytest.mark.parametrize("key", [1, None, ("password",), b"password"])
def test_a_key_that_is_no_text_announces_nothing(key: object) -> None:
    assert not is_secret_key(key)


def test_long_names_are_judged_but_not_remembered() -> None:
    before = secret_keys._remembered.cache_info().currsize
    assert is_secret_key("x" * 100_000 + "_password")
    assert secret_keys._remembered.cache_info().currsize == before
