"""What a provider's failure means to the caller: a safe sentence and whether asking again may help.

No text of the provider is passed on: it may hold the key or the request. Imported only with the extra
``models``.
"""

from pydantic_ai import exceptions as wire

from services.ports.models import ModelError

# The first class that fits decides, so the special ones come first.
_MEANINGS: tuple[tuple[type[Exception], str, bool], ...] = (
    (wire.ModelAuthenticationError, "the model provider refused the key: check models.api_key", False),
    (wire.ModelRateLimitError, "the model provider's rate limit is reached: try again in a moment", True),
    (wire.ModelQuotaExceededError, "the quota at the model provider is used up", False),
    (wire.ModelNotFoundError, "the model provider does not know this model: check models.name", False),
    (wire.ModelContextWindowExceededError, "the conversation is too long for this model", False),
    (wire.ModelRequestRejectedError, "the model provider rejected the request", False),
    (wire.ModelTimeoutError, "the model did not answer in time: try again", True),
    (wire.ModelRequestTimeout, "the model did not answer in time: try again", True),
    (
        wire.ModelConnectionError,
        "the connection to the model provider broke or could not be made: try again",
        True,
    ),
    (wire.ModelUnavailableError, "the model provider is not available right now: try again", True),
    (wire.ModelServerError, "the model provider failed: try again", True),
    (wire.ContentFilterError, "the model provider refused to answer this", False),
    (wire.UnexpectedModelBehavior, "the model's answer cannot be read: try again", True),
    (wire.UserError, "the request cannot be sent to this model: check models.name", False),
)


def model_error(error: Exception) -> ModelError:
    """Return the error to raise instead."""
    for kind, text, retryable in _MEANINGS:
        if isinstance(error, kind):
            return ModelError(text, retryable=retryable)
    status = error.status_code if isinstance(error, wire.ModelHTTPError) else None
    return ModelError(
        f"the model provider failed (status {status or 'unknown'})", retryable=status is None or status >= 500
    )
