"""Comments that allow a finding: ``# soledoor: allow RULE: reason``."""

import io
import re
import tokenize

from services.audit.facts.records import Silence

COMMENT = re.compile(r"#\s*soledoor:\s*allow\s+(?P<rules>[\w, *-]+?)\s*(?::\s*(?P<reason>.*))?$")


def silences(text: str) -> list[Silence]:
    """Return every such comment; a text that only looks like one, in a string, is none."""
    if "soledoor:" not in text:
        return []
    found: list[Silence] = []
    lines = text.splitlines()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match = COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
            if match is None:
                continue
            alone = not token.line[: token.start[1]].strip()
            line = token.start[0]
            statement = _next_statement(lines, line) if alone else line
            reason = (match["reason"] or "").strip()
            rules = [rule.strip() for rule in match["rules"].split(",")]
            found += [Silence(line, rule, reason, statement) for rule in rules if rule]
    except (tokenize.TokenError, IndentationError):
        return found
    return found


def _next_statement(lines: list[str], after: int) -> int:
    """Return the line of the statement that follows, its decorators left out."""
    decorated = False
    for number in range(after, len(lines)):
        line = lines[number].strip()
        decorated = decorated or line.startswith("@")
        if (
            line
            and line[0] not in "#@"
            and (not decorated or line.startswith(("class ", "def ", "async def ")))
        ):
            return number + 1
    return after
