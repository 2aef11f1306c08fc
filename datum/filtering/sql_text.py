"""The conditions of ``--sql`` as a tree, with the place of everything in the text, for messages.

::

    condition   or of and of not of: test | ( condition )
    test        sum [ compare sum | is [not] null | [not] in ( value, … ) | [not] between sum and sum
                    | [not] like 'text' | [not] ilike 'text' ]
    compare     =  ==  !=  <>  <  <=  >  >=
    sum         products joined by + and -; product: joined by * / %; also -x, ( sum )
    value       'text'  "text"  1.5  true  false
    field       name  name.name  name.'any name'  `any name`

Words are read in any case, names as they are.
"""

import re
from typing import NamedTuple, NoReturn

from datum.errors import UsageError

__all__ = [
    "Between",
    "Binary",
    "Condition",
    "In",
    "IsNull",
    "Like",
    "Literal",
    "Name",
    "Not",
    "fail",
    "parse_sql",
]


class Literal(NamedTuple):
    """A text, a number, true or false."""

    value: str | float | bool
    at: int


class Name(NamedTuple):
    """A field."""

    parts: tuple[str, ...]
    at: int


class Not(NamedTuple):
    """``not``."""

    one: "Condition"
    at: int


class Binary(NamedTuple):
    """Two sides with a word or a sign between them: logic, comparison, arithmetic."""

    sign: str
    left: "Condition"
    right: "Condition"
    at: int
    """Of the sign."""


class In(NamedTuple):
    """``in ('a', 'b')``."""

    one: "Condition"
    values: tuple[Literal, ...]
    at: int


class Between(NamedTuple):
    """``between 1 and 2``, both included."""

    one: "Condition"
    low: "Condition"
    high: "Condition"
    at: int


class Like(NamedTuple):
    """``like 'a%'``: % is any text, _ any character, a backslash takes the next one as it is."""

    one: "Condition"
    pattern: str
    any_case: bool
    at: int


class IsNull(NamedTuple):
    """``is null``."""

    one: "Condition"
    at: int


Condition = Literal | Name | Not | Binary | In | Between | Like | IsNull

_TOKEN = re.compile(
    r"""(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<quoted>`[^`]+`)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><>|<=|>=|!=|==|[-+*/%=<>(),.])""",
    re.VERBOSE,
)
_COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=")
_KEYWORDS = frozenset(
    ("and", "or", "not", "in", "between", "like", "ilike", "is", "null", "true", "false")
)
_DEEPEST = 60
"""Parentheses and ``not`` inside of one another."""


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def fail(
    reason: str, at: int, *, hint: str = "docs/filtering.md has the fields and signs that there are"
) -> NoReturn:
    """Say what is wrong, and where.

    Raises:
        UsageError: Always.
    """
    raise UsageError(f"--sql: character {at + 1}: {reason}", hint=hint)


def parse_sql(text: str) -> Condition:
    """The tree of a condition.

    Raises:
        UsageError: It is none; with the place.
    """
    reader = _Reader(_tokens(text))
    found = reader.either()
    if reader.now.kind != "end":
        fail(f"'{reader.now.text}' stands where the condition was over", reader.now.at)
    return found


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            open_quote = text[at] in "'\"`"
            fail(
                "the quote is not closed" if open_quote else f"{text[at]!r} means nothing here", at
            )
        found.append(_Token(match.lastgroup, match[0], at))
        at = match.end()
    return [*found, _Token("end", "the end", len(text))]


class _Reader:
    """Reads tokens by recursive descent, one method for each level of binding."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._place]

    def _next(self) -> _Token:
        token = self.now
        self._place += 1
        return token

    def _word(self, *words: str) -> _Token | None:
        """The word that comes now, taken, if it is one of these."""
        token = self.now
        return self._next() if token.kind == "word" and token.text.lower() in words else None

    def _sign(self, *signs: str) -> _Token | None:
        token = self.now
        return self._next() if token.kind == "sign" and token.text in signs else None

    def _expect(self, what: str) -> None:
        if not (self._word(what) or self._sign(what)):
            fail(f"'{what}' is expected, and '{self.now.text}' stands there", self.now.at)

    def either(self) -> Condition:
        found = self._both()
        while token := self._word("or"):
            found = Binary("or", found, self._both(), token.at)
        return found

    def _both(self) -> Condition:
        found = self._negation()
        while token := self._word("and"):
            found = Binary("and", found, self._negation(), token.at)
        return found

    def _negation(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            fail("too much is inside of one another", self.now.at)
        token = self._word("not")
        found = Not(self._negation(), token.at) if token else self._test()
        self._depth -= 1
        return found

    def _test(self) -> Condition:
        one = self._sum()
        if token := self._sign(*_COMPARISONS):
            sign = {"==": "=", "<>": "!="}.get(token.text, token.text)
            return Binary(sign, one, self._sum(), token.at)
        if token := self._word("is"):
            negated = self._word("not")
            self._expect("null")
            return _turned(IsNull(one, token.at), negated)
        negated = self._word("not")
        if token := self._word("in"):
            return _turned(In(one, self._values(), token.at), negated)
        if token := self._word("between"):
            low = self._sum()
            self._expect("and")
            return _turned(Between(one, low, self._sum(), token.at), negated)
        if token := self._word("like", "ilike"):
            pattern = self._next()
            if pattern.kind != "text":
                fail(f"{token.text} needs a text in quotes", pattern.at)
            any_case = token.text.lower() == "ilike"
            return _turned(Like(one, _unquoted(pattern.text), any_case, token.at), negated)
        if negated:
            fail("in, between, like or ilike is expected behind not", self.now.at)
        return one

    def _values(self) -> tuple[Literal, ...]:
        self._expect("(")
        found: list[Literal] = []
        while not found or self._sign(","):
            one = self._signed()
            if not isinstance(one, Literal):
                fail("a list has texts or numbers alone", one.at)
            found.append(one)
        self._expect(")")
        return tuple(found)

    def _sum(self) -> Condition:
        found = self._product()
        while token := self._sign("+", "-"):
            found = Binary(token.text, found, self._product(), token.at)
        return found

    def _product(self) -> Condition:
        found = self._signed()
        while token := self._sign("*", "/", "%"):
            found = Binary(token.text, found, self._signed(), token.at)
        return found

    def _signed(self) -> Condition:
        minus = self._sign("-")
        if minus is None:
            return self._operand()
        one = self._operand()
        if isinstance(one, Literal) and isinstance(one.value, float):
            return Literal(-one.value, minus.at)
        return Binary("-", Literal(0.0, minus.at), one, minus.at)

    def _operand(self) -> Condition:
        token = self._next()
        word = token.text.lower()
        match token.kind:
            case "number":
                return Literal(float(token.text), token.at)
            case "text":
                return Literal(_unquoted(token.text), token.at)
            case "word" if word in ("true", "false"):
                return Literal(word == "true", token.at)
            case "word" if word == "null":
                fail("nothing equals null: write `is null` or `is not null`", token.at)
            case "word" | "quoted" if word not in _KEYWORDS:
                return self._name(token)
            case "sign" if token.text == "(":
                found = self.either()
                self._expect(")")
                return found
        fail(f"a field or a value is expected, and '{token.text}' stands there", token.at)

    def _name(self, first: _Token) -> Name:
        parts = [first.text.strip("`")]
        while self._sign("."):
            token = self._next()
            if token.kind == "text":
                parts.append(_unquoted(token.text))
            elif token.kind in ("word", "quoted"):
                parts.append(token.text.strip("`"))
            else:
                fail(
                    f"a name is expected behind the point, and '{token.text}' stands there",
                    token.at,
                )
        return Name(tuple(parts), first.at)


def _turned(one: Condition, negated: _Token | None) -> Condition:
    return one if negated is None else Not(one, negated.at)


def _unquoted(text: str) -> str:
    return text[1:-1].replace(text[0] * 2, text[0])
