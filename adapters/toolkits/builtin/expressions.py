"""How tokens become something to evaluate: a Python expression that holds nothing the user wrote.

Every number, constant and unit is a value behind a generated name, every operator is one of a fixed list,
every function one of the calculator's. Percent, factorial and "of" are worked in here.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from adapters.toolkits.builtin.measures import Measures
from adapters.toolkits.builtin.tokens import Token
from adapters.toolkits.builtin.values import Value
from services.tools.tool import ToolFailed

MAX_SIGNS = 3


class Translation:
    """One calculation on its way; ``values`` says what each generated name stands for."""

    def __init__(self, parts: Sequence[Token], read: Measures, functions: Collection[str]) -> None:
        self._count, self._read, self._functions = len(parts), read, functions
        self.values: dict[str, Value] = {}
        self._out: list[str] = []
        self._operand: int | None = None  # where in _out the operand that has just ended begins
        self._opened: list[int] = []  # where in _out each open parenthesis, or its function's name, stands
        self._signs = 0

    def expression(self) -> str:
        """Return the expression; raises ``ToolFailed`` naming the first thing that makes no sense."""
        while self._read.at < self._count:
            token = self._read.peek()
            if token.kind == "number":
                self._value(self._read.numbers())
            elif token.kind == "name":
                self._word(token.text)
            else:
                self._operator(token.text)
        return " ".join(self._out)

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._operand = None
        self._read.at += 1

    def _name(self, value: Value) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return name

    def _value(self, value: Value) -> None:
        self._need_operator()
        self._operand, self._signs = len(self._out), 0
        self._out.append(self._name(value))

    def _need_operator(self) -> None:
        if self._operand is not None:
            raise ToolFailed("two values stand side by side: put an operator such as * between them")

    def _word(self, text: str) -> None:
        if text == "of" and self._read.peek(-1).text == "%" and self._read.at:
            self._put("*")
        elif self._read.peek(1).text == "(":
            self._function(text)
        elif self._operand is None:
            self._value(self._read.named())
        else:
            self._wrap("(", f"* {self._name(self._read.named())} )")

    def _function(self, name: str) -> None:
        self._need_operator()
        if name not in self._functions:
            raise ToolFailed(f"there is no function {name!r}; there are {', '.join(sorted(self._functions))}")
        self._opened.append(len(self._out))
        self._out.append(name)
        self._read.at += 1
        self._put("(")

    def _wrap(self, before: str, after: str) -> None:
        """Put something around the operand that ends here."""
        if self._operand is None:
            raise ToolFailed(f"a value is missing before {self._read.peek().text!r}")
        self._out.insert(self._operand, before)
        self._out.append(after)

    def _operator(self, text: str) -> None:
        if text == "(":
            self._need_operator()
            self._opened.append(len(self._out))
            self._put("(")
        elif text == ")":
            self._close()
        elif text == "%" and not self._is_modulo():
            self._postfix("percent (", ")")
        elif text == "!":
            self._postfix("factorial (", ")")
        elif text in "²³":
            self._postfix("(", f"** {self._name(Decimal(2 if text == '²' else 3))} )")
        else:
            self._infix(text)

    def _postfix(self, before: str, after: str) -> None:
        self._wrap(before, after)
        self._read.at += 1

    def _is_modulo(self) -> bool:
        after = self._read.peek(1)
        return after.kind == "number" or after.text == "(" or (after.kind == "name" and after.text != "of")

    def _infix(self, text: str) -> None:
        if text == "," and not (self._opened and self._out[self._opened[-1]] != "("):
            raise ToolFailed("write decimals with a point, as in 1.5; a comma groups thousands, as in 1,234")
        # Signs in a row nest without a parenthesis to show it, so they are counted.
        self._signs = 0 if self._operand is not None else self._signs + 1
        if self._signs > MAX_SIGNS:
            raise ToolFailed(f"{text!r} follows too many other operators")
        self._put(text)

    def _close(self) -> None:
        if not self._opened or self._operand is None:
            raise ToolFailed("a closing parenthesis has no partner, or a value is missing before it")
        operand = self._opened.pop()
        self._put(")")
        self._operand = operand
