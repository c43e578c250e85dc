"""The model of the browser tests: the question says by its first word what happens."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from services.ports.models import (
    ChatModel,
    Message,
    ModelError,
    Reply,
    TextDelta,
    ThinkingDelta,
    ToolRequest,
    ToolSchema,
)

TABLE = """**North** sells the most, with a little over a third of all revenue.

| Region | Units | Revenue |
|:--|--:|--:|
| North | 5,120 | 412,380.50 |
| Harbour | 3,904 | 301,220.00 |
| Old Town | 2,876 | 248,911.75 |
| South | 2,209 | 183,402.10 |

## What stands out

- *Harbour* has the highest price per unit: 77.16.
- *South* fell in each of the last three months; see `month >= 8`.

```sql
SELECT region, SUM(units) AS units, SUM(revenue) AS revenue FROM data GROUP BY region ORDER BY revenue DESC
```
"""
EVIL = (
    '<img src=x onerror="alert(1)">',
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "[a](javascript:alert(4))",
    '<a href="javascript:alert(5)">x</a>',
    '<iframe srcdoc="<script>alert(6)</script>"></iframe>',
    '![x](x" onerror="alert(7))',
    "<style>*{display:none}</style>",
    '<p style="position:fixed;inset:0" onclick=alert(8)>p</p>',
    '<form action="https://example.org"><button>log in</button></form>',
    "![pixel](https://example.org/pixel.png)",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(9)>",
)
EVIL_ANSWER = "\n\n".join(EVIL) + f"\n\n| a |\n|--:|\n| {EVIL[0]} |\n\n# {EVIL[1]}\n\n```html\n{EVIL[2]}\n```"

Call = tuple[str, Mapping[str, object]]


def _calls(word: str, rest: str) -> Sequence[Call]:
    scenes: dict[str, Callable[[], Sequence[Call]]] = {
        "compare": lambda: [
            ("calculate", {"expression": "412380.50 / 1145914.35 * 100"}),
            ("current_time", {"zone": "Lisbon"}),
        ],
        "read": lambda: [("read_slowly", {"file": rest.partition(" ")[0]})],
        "sum": lambda: [("sum_column", {"column": rest})],
        "evil": lambda: [("repeat", {"text": " ".join(EVIL)}), ("sum_column", {"column": " ".join(EVIL)})],
        "long": lambda: [("repeat", {"text": "door " * 400})],
    }
    return scenes.get(word, list)()


def _answer(word: str, rest: str) -> str:
    if word == "sum":
        raise ModelError(f"There is no column called {rest}.", retryable=False)
    return {"compare": TABLE, "evil": EVIL_ANSWER}.get(word, f"You said: {rest or word}")


class StageModel(ChatModel):
    """Thinks, calls the tools of the scene, then answers piece by piece."""

    name = "stage"

    async def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Yield the next turn of the scene."""
        asked = max(index for index, message in enumerate(messages) if message.role == "user")
        text = messages[asked].content
        word, rest = (*text.split(None, 1), "")[:2]
        word = word.lower()
        if messages[0].content.startswith("You route a request to agents."):
            yield Reply("", (ToolRequest("plan", "assistant", {"task": text, "after": []}),))
            return
        calls = _calls(word, rest)
        if calls and messages[-1].role != "tool":
            yield ThinkingDelta("A number and a clock: both at once.")
            yield Reply("", tuple([ToolRequest(f"call {i}", *call) for i, call in enumerate(calls)]))
            return
        answer = _answer(word, rest)
        for at in range(0, len(answer), 40):
            yield TextDelta(answer[at : at + 40])
        yield Reply(answer)
