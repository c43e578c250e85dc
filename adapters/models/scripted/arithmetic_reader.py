"""A reading position in the tokens of a sentence."""

from adapters.models.scripted.arithmetic_nodes import NoCalculation
from adapters.models.scripted.arithmetic_tokens import Token


class Reader:
    """Reads tokens from ``at`` on; ``operations`` counts what was calculated."""

    def __init__(self, found: list[Token], at: int) -> None:
        self.tokens, self.at, self.operations = found, at, 0

    def kind(self, ahead: int = 0) -> str:
        """Return what the next token is."""
        at = self.at + ahead
        return self.tokens[at].kind if at < len(self.tokens) else "end"

    def accept(self, *kinds: str) -> Token | None:
        """Take the next token if it is one of these."""
        if self.kind() in kinds and self.at < len(self.tokens):
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def expect(self, *kinds: str) -> Token:
        """Take the next token, which must be one of these."""
        if (token := self.accept(*kinds)) is None:
            raise NoCalculation
        return token

    def skip(self, *kinds: str) -> None:
        """Pass over unimportant tokens, if something to calculate with follows soon."""
        ahead = 0
        while self.kind(ahead) in kinds and ahead < 6:
            ahead += 1
        if self.kind(ahead) not in {"end", "and", "is", *kinds}:
            self.at += ahead
