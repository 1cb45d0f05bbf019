"""The filter language of e-conomic, as far as it can be relied on.

`$in:` on texts answers 200 and finds nothing, so texts are asked for in chains of `$or:`. `$` and `)` are doubled
by a `$` in front; brackets must stand as they are.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from adapters.accounting.checks import storable

LONGEST = 1700
"""Characters of one chain as they stand in a URL, which has its limits on the way: with all else it is below 2,000."""
OR = "$or:"


def escaped(text: str) -> str:
    """A value as it may stand in a filter."""
    return text.replace("$", "$$").replace(")", "$)")


def equal(field: str, text: str) -> str:
    """The field is exactly this."""
    return f"{field}$eq:{escaped(text)}"


def both(*conditions: str) -> str:
    """All of them; empty ones say nothing."""
    said = [one for one in conditions if one]
    return "$and:".join(f"({one})" if len(said) > 1 and "$or:" in one else one for one in said)


def chains(field: str, texts: Iterable[str]) -> Iterator[str]:
    """Filters that together find each of these texts; what can't stand in a URL is in no one's books."""
    chain = ""
    for text in dict.fromkeys(texts):
        if not text or not storable(text):
            continue
        one = equal(field, text)
        if chain and _in_url(chain + OR + one) > LONGEST:
            yield chain
            chain = ""
        chain = f"{chain}{OR}{one}" if chain else one
    if chain:
        yield chain


def _in_url(text: str) -> int:
    """How long it is there: a letter such as æ takes six characters, a sign three."""
    return len(quote(text, safe=""))
