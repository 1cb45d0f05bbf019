"""e-conomic's filters, with the ways in which they match nothing and say so to nobody."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.simulators.economic_errors import Json, Refused

HINT = "Filtering on collections can be done using the querystring parameter 'filter'."
OPERATORS = ("$eq:", "$ne:", "$gte:", "$gt:", "$lte:", "$lt:", "$like:", "$nin:", "$in:")
MOST_VALUES = 200
NOTHING = object()
"""A value that equals no value: what an escaped bracket, or a list of strings, becomes."""

Test = Callable[[Json], bool]


def matching(items: Iterable[Json], text: str, allowed: Iterable[str]) -> list[Json]:
    """Those that the filter lets through. Raises `Refused`: it can't be read, or names a field that may not be."""
    test = _Reader(text, {name.casefold(): name for name in allowed}).read()
    return [item for item in items if test(item)]


class _Reader:
    """Reads a filter from left to right: `$and:` binds tighter than `$or:`, parentheses before both."""

    def __init__(self, text: str, allowed: dict[str, str]) -> None:
        self._text = text
        self._at = 0
        self._allowed = allowed

    def read(self) -> Test:
        test = self._either()
        if self._at < len(self._text):
            raise self._unreadable()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("$or:"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes("$and:"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _one(self) -> Test:
        if self._takes("("):
            test = self._either()
            if not self._takes(")"):
                raise self._unreadable()
            return test
        found = re.compile(r"[A-Za-z0-9.]+").match(self._text, self._at)
        if not found:
            raise self._unreadable()
        self._at = found.end()
        operator = next((one for one in OPERATORS if self._takes(one)), None)
        if operator is None:
            raise self._unreadable()
        field = self._allowed.get(found[0].casefold())
        if field is None:
            raise self._unfilterable(found[0])
        if operator in ("$in:", "$nin:"):
            return self._listed(field, self._list(), wanted=operator == "$in:")
        return _compared(field, operator, self._value())

    def _value(self) -> Any:
        """Up to the next unescaped `)` or operator. An escaped bracket spoils the whole value."""
        if self._takes("$null:"):
            return None
        said, spoilt = "", False
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._text[self._at] != "$":
                said += self._text[self._at]
                self._at += 1
                continue
            if re.compile(r"\$(and|or):", re.IGNORECASE).match(self._text, self._at):
                break
            escaped = self._text[self._at + 1 : self._at + 2]
            if escaped not in ("$", "(", ")", "*", ",", "[", "]") or not escaped:
                raise self._unreadable()
            spoilt = spoilt or escaped in "[]"
            said += escaped
            self._at += 2
        return NOTHING if spoilt else said

    def _list(self) -> list[str]:
        found = re.compile(r"\[([^\]]*)\]").match(self._text, self._at)
        if not found:
            raise self._unreadable()
        self._at = found.end()
        values = [one.strip() for one in found[1].split(",")]
        if len(values) > MOST_VALUES:
            raise _refused(f"At most {MOST_VALUES} values are allowed.")
        return values

    def _listed(self, field: str, values: list[str], *, wanted: bool) -> Test:
        numbers = {number for one in values if (number := _number(one)) is not None}

        def test(item: Json) -> bool:
            found = value_at(item, field)
            is_number = isinstance(found, int | Decimal) and not isinstance(found, bool)
            return is_number and (found in numbers) is wanted

        return test

    def _takes(self, token: str) -> bool:
        here = self._text[self._at : self._at + len(token)]
        if here.casefold() != token:
            return False
        self._at += len(token)
        return True

    def _unreadable(self) -> Refused:
        return _refused(f"Unexpected input at position {self._at}.")

    def _unfilterable(self, field: str) -> Refused:
        allowed = sorted(self._allowed.values())
        return _refused(f"Filtering is not allowed on property '{field}'.", allowedFilteringFields=allowed)


def value_at(item: Json, field: str) -> Any:
    """The value at a dotted name; None where there is none."""
    for name in field.split("."):
        item = item.get(name)  # type: ignore[assignment]
        if item is None:
            return None
    return item


def _compared(field: str, operator: str, wanted: Any) -> Test:
    if wanted is NOTHING:
        return lambda item: False
    if wanted is None:
        return lambda item: (value_at(item, field) is None) is (operator == "$eq:")
    if operator == "$like:":
        pattern = _pattern(wanted)
        return lambda item: bool(pattern.fullmatch(str(value_at(item, field) or "")))

    def test(item: Json) -> bool:
        found = value_at(item, field)
        if found is None:
            return operator == "$ne:"
        return _holds(operator, *_alike(found, wanted))

    return test


def _alike(found: Any, wanted: str) -> tuple[Any, Any]:
    """Both as numbers where the field is one, else as text in which letters' case doesn't count."""
    if isinstance(found, bool):
        return str(found).casefold(), wanted.casefold()
    if isinstance(found, int | Decimal):
        return Decimal(found), _number(wanted)
    return str(found).casefold(), wanted.casefold()


def _holds(operator: str, found: Any, wanted: Any) -> bool:
    if wanted is None:
        return False
    match operator:
        case "$eq:":
            return bool(found == wanted)
        case "$ne:":
            return bool(found != wanted)
        case "$gt:":
            return bool(found > wanted)
        case "$gte:":
            return bool(found >= wanted)
        case "$lt:":
            return bool(found < wanted)
    return bool(found <= wanted)


def _pattern(text: str) -> re.Pattern[str]:
    """`*` stands for anything; without one, the text may stand anywhere."""
    text = text if "*" in text else f"*{text}*"
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.IGNORECASE | re.DOTALL)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _refused(sentence: str, **more: Any) -> Refused:
    return Refused(400, "Could not parse query string filter.", developerHint=HINT, errors=[sentence], **more)
