"""How a provider's model answers: the model classes of pydantic_ai behind our port.

The library comes with the extra ``models`` and is imported when the model is entered, never before: whoever
stays offline does not pay for it.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from services.errors import FieldError, InvalidInput
from services.ports.models import ChatModel, Message, ModelError, Reply, TextDelta, ThinkingDelta, ToolSchema
from services.sealed import Sealed

if TYPE_CHECKING:
    from pydantic_ai.models import Model

INSTALL = "pip install 'soledoor[models]'"


class PydanticAIModel(ChatModel, metaclass=Sealed):
    """A model named ``provider:model``. Entered before use; leaving closes its connections.

    With ``base_url`` any OpenAI-compatible server is asked, by its chat completions. Entering raises
    ``InvalidInput`` naming the field when the extra is missing, the provider is unknown, or it has no key. A
    request is never repeated here: whether to ask again is the caller's decision.
    """

    def __init__(
        self, name: str, *, base_url: str | None = None, api_key: SecretStr | None = None, timeout: float = 60
    ) -> None:
        self.name, self._base_url, self._api_key, self._timeout = name, base_url, api_key, timeout
        self._model: Model | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            from adapters.models.pydantic_ai_provider import made  # noqa: PLC0415 - imports the optional library
        except ImportError as error:
            cure = f"{self.name!r} needs packages that are not installed: {INSTALL}"
            raise InvalidInput(
                "the model cannot be used", errors=[FieldError("models.name", cure)]
            ) from error
        key = self._api_key.get_secret_value() if self._api_key else None
        self._model = await self._open.enter_async_context(made(self.name, self._base_url, key))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._model = None
        await self._open.aclose()

    async def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Yield deltas, then the reply; see the port. Arguments that are no JSON object arrive under one
        telling name.
        """
        if self._model is None:
            raise ModelError("the model is not open", retryable=False)
        from adapters.models.pydantic_ai_stream import stream  # noqa: PLC0415 - imports the optional library

        async for piece in stream(self._model, messages, tools, self._timeout):
            yield piece
