"""Which class the setting ``models.name`` means: the scripted model, or a provider's through the extra
``models``.
"""

from adapters.models.pydantic_ai import PydanticAIModel
from adapters.models.scripted import ScriptedModel
from services.errors import FieldError, InvalidInput

EXAMPLES = "'scripted', 'openai:gpt-5' or 'anthropic:claude-sonnet-4-5'"


def model_class(name: str) -> type[ScriptedModel] | type[PydanticAIModel]:
    """Return the class to build; raises ``InvalidInput`` naming ``models.name``.

    Whether the provider exists is known when the ``PydanticAIModel`` is entered.
    """
    if name == ScriptedModel.name:
        return ScriptedModel
    provider, _, model = name.partition(":")
    if provider.strip() and model.strip():
        return PydanticAIModel
    raise InvalidInput("unknown model", errors=[FieldError("models.name", f"is {name!r}: write {EXAMPLES}")])
