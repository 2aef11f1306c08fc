"""XPath 1.0 as a tree, as far as it can be asked of arrays.

Follows the grammar of https://www.w3.org/TR/1999/REC-xpath-19991116/; what is not asked of arrays (other
axes, ``*``, ``|``, variables) is :class:`NotForArraysError`, for lxml to evaluate. Whether a text is XPath
at all is lxml's to say.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

__all__ = [
    "Call",
    "Compare",
    "Constant",
    "Expression",
    "Logic",
    "Math",
    "NotForArraysError",
    "Path",
    "Step",
    "parse_xpath",
]


class NotForArraysError(Exception):
    """An expression that lxml has to evaluate."""


class Constant(NamedTuple):
    """A text or a number."""

    value: str | float


class Logic(NamedTuple):
    """``and``, ``or``."""

    word: str
    left: "Expression"
    right: "Expression"


class Compare(NamedTuple):
    """``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``."""

    sign: str
    left: "Expression"
    right: "Expression"


class Math(NamedTuple):
    """``+``, ``-``, ``*``, ``div``, ``mod``."""

    sign: str
    left: "Expression"
    right: "Expression"


class Call(NamedTuple):
    """A function."""

    name: str
    arguments: tuple["Expression", ...]


class Step(NamedTuple):
    """One step of a path: the name of a child, ``.`` or ``..``."""

    name: str
    conditions: tuple["Expression", ...] = ()


class Path(NamedTuple):
    """Steps from the context, or from the document's root."""

    start: Literal["", "/", "//"]
    steps: tuple[Step, ...]


Expression = Constant | Logic | Compare | Math | Call | Path

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-]*)
    | (?P<sign>//|::|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*$:])
    )""",
    re.VERBOSE,
)
_OPERATOR_NAMES = frozenset(("and", "or", "div", "mod"))
_OPERANDS = frozenset((")", "]", ".", ".."))
"""Signs that end an operand."""
_FUNCTIONS: dict[str, tuple[int, ...]] = {
    "boolean": (1,),
    "contains": (2,),
    "count": (1,),
    "false": (0,),
    "not": (1,),
    "number": (1,),
    "starts-with": (2,),
    "string": (1,),
    "string-length": (1,),
    "true": (0,),
}
"""Those that are asked of arrays, and how many arguments they have."""


class _Token(NamedTuple):
    kind: str
    text: str


def parse_xpath(text: str) -> Expression:
    """The tree of an expression.

    Raises:
        NotForArraysError: It is none, or one that arrays cannot be asked.
    """
    reader = _Reader(_tokens(text))
    try:
        found = reader.either()
    except RecursionError as error:
        raise NotForArraysError from error
    if reader.now.kind != "end":
        raise NotForArraysError
    return found


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    operand = False
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise NotForArraysError
        token = _Token(match.lastgroup, match[match.lastgroup])
        place = match.end()
        # behind an operand, a name is an operator (XPath 1.0, 3.7)
        if operand and token.kind == "name":
            if token.text not in _OPERATOR_NAMES:
                raise NotForArraysError
            token = _Token("sign", token.text)
        operand = token.kind != "sign" or token.text in _OPERANDS
        found.append(token)
    return [*found, _Token("end", "")]


class _Reader:
    """Reads tokens by recursive descent, one method for each level of binding."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self.now
        self._at += 1
        return token

    def _takes(self, *signs: str) -> str:
        """The sign that comes now, taken, if it is one of these; else nothing."""
        token = self.now
        if token.kind == "sign" and token.text in signs:
            self._at += 1
            return token.text
        return ""

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise NotForArraysError

    def either(self) -> Expression:
        return self._chain(("or",), self._both, Logic)

    def _both(self) -> Expression:
        return self._chain(("and",), self._equal, Logic)

    def _equal(self) -> Expression:
        return self._chain(("=", "!="), self._ordered, Compare)

    def _ordered(self) -> Expression:
        return self._chain(("<", "<=", ">", ">="), self._sum, Compare)

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), self._product, Math)

    def _product(self) -> Expression:
        return self._chain(("*", "div", "mod"), self._signed, Math)

    def _chain(
        self,
        signs: tuple[str, ...],
        operand: Callable[[], Expression],
        make: Callable[[str, Expression, Expression], Expression],
    ) -> Expression:
        found = operand()
        while sign := self._takes(*signs):
            found = make(sign, found, operand())
        return found

    def _signed(self) -> Expression:
        if self._takes("-"):
            return Math("-", Constant(-0.0), self._signed())
        return self._primary()

    def _primary(self) -> Expression:
        token = self.now
        if token.kind == "number":
            self._next()
            return Constant(float(token.text))
        if token.kind == "text":
            self._next()
            return Constant(token.text[1:-1])
        if self._takes("("):
            found = self.either()
            self._expect(")")
            if self.now.text in ("[", "/", "//"):
                raise NotForArraysError
            return found
        if token.kind == "name" and self._tokens[self._at + 1].text == "(":
            return self._call()
        return self._path()

    def _call(self) -> Expression:
        name = self._next().text
        self._expect("(")
        arguments: list[Expression] = []
        while not self._takes(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.either())
        if len(arguments) not in _FUNCTIONS.get(name, ()) or self.now.text in ("[", "/", "//"):
            raise NotForArraysError
        return Call(name, tuple(arguments))

    def _path(self) -> Expression:
        start = self._takes("//", "/")
        steps = [self._step()]
        while self._takes("/"):
            steps.append(self._step())
        if self.now.text in ("//", "|", "::", ":"):
            raise NotForArraysError
        return Path("//" if start == "//" else "/" if start else "", tuple(steps))

    def _step(self) -> Step:
        if sign := self._takes(".", ".."):
            return Step(sign)
        token = self._next()
        if token.kind != "name" or self.now.text in ("::", ":", "("):
            raise NotForArraysError
        conditions = []
        while self._takes("["):
            conditions.append(self.either())
            self._expect("]")
        return Step(token.text, tuple(conditions))
