"""From bytes and text to bodies that can be kept: no float, no half characters, no bottomless nesting."""

import json
import re
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any] | str
"""A decoded order, or the text itself where it is none."""

DEEPEST = 40
LONGEST_TEXT = 100_000

_decoder = json.JSONDecoder(parse_float=str, parse_constant=str)
_space = re.compile(r"[\s\ufeff]*")


def decode(text: str) -> Any:
    """JSON with numbers that have decimals kept as their text. Raises `ValueError`."""
    try:
        return _decoder.decode(text.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def bodies_in(text: str) -> Iterator[Body]:
    """The orders of a file, one at a time: of a list, of one order, of either wrapped in `data`.

    What can't be decoded comes as text; in a list, what stands before it is still good.
    """
    start = _after_space(text, 0)
    if text[start : start + 1] == "[":
        yield from _listed(text, start + 1)
        return
    try:
        whole = decode(text)
    except ValueError:
        yield text[:LONGEST_TEXT]
        return
    content = whole["data"] if isinstance(whole, dict) and set(whole) == {"data"} else whole
    for value in content if isinstance(content, list) else [content]:
        yield believable(value)


def believable(value: object) -> Body:
    """`value` if it is an object that can be stored and sent on; else its text."""
    if not isinstance(value, dict) or not _is_shallow(value):
        try:
            return json.dumps(value)[:LONGEST_TEXT]
        except RecursionError:
            return ""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return {_mended(key): _mended(content) for key, content in value.items()}
    return value


def _listed(text: str, at: int) -> Iterator[Body]:
    at = _after_space(text, at)
    if text[at : at + 1] == "]":
        return
    while True:
        try:
            value, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield text[at : at + LONGEST_TEXT]
            return
        yield believable(value)
        end = _after_space(text, end)
        if text[end : end + 1] != ",":
            break
        at = _after_space(text, end + 1)
    if text[end : end + 1] != "]":
        yield text[end : end + LONGEST_TEXT]


def _after_space(text: str, at: int) -> int:
    found = _space.match(text, at)
    return found.end() if found else at


def _is_shallow(value: object) -> bool:
    """Whether it is nested no deeper than an order ever is: what recurses over it later must not fall over."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return True
        level = below
    return False


def _mended(value: Any) -> Any:
    """The same without halves of characters, which JSON can spell (`\\ud83d`) and UTF-8 can't."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value
