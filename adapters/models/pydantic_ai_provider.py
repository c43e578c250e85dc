"""Which provider and model class of pydantic_ai a name such as ``openai:gpt-5`` means. Imported only with the
extra ``models``.
"""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider_class

from services.errors import FieldError, InvalidInput

_EXAMPLES = "'openai:gpt-5', 'anthropic:claude-sonnet-4-5' or 'scripted'"


@asynccontextmanager
async def made(name: str, base_url: str | None, api_key: str | None) -> AsyncIterator[Model]:
    """Give the model with its connections; raises ``InvalidInput`` naming the field that is wrong."""
    async with _model(name, base_url, api_key) as model:
        yield model


def _model(name: str, base_url: str | None, api_key: str | None) -> Model:
    provider, _, model = name.partition(":")
    if base_url is not None and provider == "openai":
        provider = "openai-chat"  # compatible servers speak chat completions, seldom OpenAI's newer interface
    try:
        return infer_model(f"{provider}:{model}", lambda kind: _provider(kind, base_url, api_key))
    except InvalidInput:  # a ValueError too, but already ours
        raise
    except (UserError, ValueError) as error:
        raise _refusal(name, provider, api_key) from error
    except ImportError as error:
        problem = f"{name!r} needs a package of its own: pip install 'pydantic-ai-slim[{provider}]'"
        raise InvalidInput("the model cannot be used", errors=[FieldError("models.name", problem)]) from error


def _provider(kind: str, base_url: str | None, api_key: str | None) -> Provider[Any]:
    provider = infer_provider_class(kind)
    given = {"base_url": base_url, "api_key": api_key}
    accepted = inspect.signature(provider.__init__).parameters
    refused = [name for name, value in given.items() if value is not None and name not in accepted]
    if refused:
        problem = f"is not used by the provider {kind!r}: leave it out"
        raise InvalidInput("the model cannot be used", errors=[FieldError(f"models.{refused[0]}", problem)])
    return provider(**{name: value for name, value in given.items() if value is not None})


def _refusal(name: str, provider: str, api_key: str | None) -> InvalidInput:
    try:
        infer_provider_class(provider)
    except ValueError:
        field = FieldError("models.name", f"{name!r} names no known provider: write {_EXAMPLES}")
    else:
        field = FieldError(
            "models.api_key", f"is missing for {provider}: set it, or the provider's own variable"
        )
        if api_key is not None:
            field = FieldError("models.name", f"{name!r} cannot be used by {provider}: write {_EXAMPLES}")
    return InvalidInput("the model cannot be used", errors=[field])
