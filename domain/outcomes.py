"""What can go wrong, in one small tree, and what Afstem says of it.

    AfstemError
    ├── Transient        try again, as it is
    ├── Misconfigured    nothing will work until the settings or the connection are mended: stops the run
    ├── NeedsAttention   this order (or item) needs a person; the others go on
    │   └── Unforeseen   a mistake of Afstem's own was met at it
    └── Skip             by the settings this order is not to be invoiced; nobody needs to do anything

A `Finding` is the same as a value: stored with an order as its hold, or as a warning beside its invoice.
The sentences stand in `domain/sentences.py`, one row a code, in Danish and English.
"""

from collections.abc import Sequence
from datetime import timedelta

from domain.orders import Frozen


class Finding(Frozen):
    """A code of `domain.sentences.SENTENCES`, with the field that it is about and what was found there.

    `field` is the shop's or the settings' own name of the place (`meta:_billing_cvr`, `customers.b2b.create`).
    `found` may be personal data: it is shown by `explain` and `attention`, never in logs or in Prefect.
    """

    code: str
    field: str = ""
    found: str = ""
    expected: str = ""


class AfstemError(Exception):
    """The root of the tree. `str()` holds the code and field only, so that it can be logged safely."""

    def __init__(self, code: str, field: str = "", found: object = "", expected: object = "") -> None:
        super().__init__(f"{code}: {field}" if field else code)
        self.finding = Finding(code=code, field=field, found=str(found)[:500], expected=str(expected)[:500])
        self.findings: tuple[Finding, ...] = (self.finding,)


class Transient(AfstemError):
    """A fault that may pass: `retry_after` is how long the other side asked us to wait, if it did."""

    def __init__(self, code: str, field: str = "", found: object = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(code, field, found)
        self.retry_after = retry_after


class Misconfigured(AfstemError):
    """The settings, the credentials or the connection: one sentence, exit code 2, nothing lost.

    `also` are further findings of the same reading, so that a file is mended in one go.
    """

    def __init__(
        self, code: str, field: str = "", found: object = "", expected: object = "", also: Sequence[Finding] = ()
    ) -> None:
        super().__init__(code, field, found, expected)
        self.findings = (self.finding, *also)


class NeedsAttention(AfstemError):
    """One order or item that a person must look at; becomes its hold."""


class Unforeseen(NeedsAttention):
    """A mistake of ours that one item led to: no answer of the other side, so what came of it must be looked up."""


class Skip(AfstemError):
    """An order that by the settings gets no invoice: skipped with the reason, which is no error."""
