"""Text from shops, made fit for a line of a document."""


def cut(text: str, length: int) -> str:
    """At most `length` characters, the last of them an ellipsis where something had to go."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
