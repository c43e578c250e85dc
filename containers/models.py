"""Which chat model the application has: the offline one, unless a setting names a provider's."""

from adapters.models.choice import model_class
from adapters.models.pydantic_ai import PydanticAIModel
from config.settings import Models
from containers.application import ApplicationContainer


def choose_model(container: ApplicationContainer, models: Models) -> None:
    """Set the container's model before it is verified; raises ``InvalidInput`` with field ``models.name``."""
    if model_class(models.name) is PydanticAIModel:
        container.model.set_provides(PydanticAIModel)
        container.model.set_args(models.name)
        container.model.set_kwargs(base_url=models.base_url, api_key=models.api_key, timeout=models.timeout)
