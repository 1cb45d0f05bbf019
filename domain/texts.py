"""Text from shops, made fit for a line of a document."""

import html

from domain.identity import visible


def label(text: str) -> str:
    """What the shop stores as HTML, such as a product's name: entities decoded, one line of visible text."""
    return visible(html.unescape(text) if "&" in text else text)


def cut(text: str, length: int) -> str:
    """At most `length` characters, the last of them an ellipsis where something had to go."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
