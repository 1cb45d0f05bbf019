"""Handing e-invoices to their channel exactly once: intent, call, outcome, as with every write to the outside."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from adapters.integration import Integration
from adapters.store import Batch, DispatchRow, OrderRow
from domain.dispatches import Progress
from domain.einvoices import Verdict
from domain.einvoicing_rules import Channel
from domain.outcomes import NeedsAttention, Transient
from domain.ports import Letter
from tasks.reconciled import operation_key
from tasks.verdicts import Verdicts

AT_ONCE = 100
"""So many are intended, handed over and noted together: what a killed run leaves open is asked for again."""

Outcome = Progress | NeedsAttention | Transient


@dataclass(frozen=True, eq=False)
class Outgoing:
    """A dispatch with the letter that goes out for it, and what the store keeps of it."""

    row: OrderRow
    dispatch: DispatchRow
    letter: Letter
    channel: Channel
    rules: str = ""
    rules_sha256: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the document; empty where the accounting system wrote it."""
        return hashlib.sha256(self.letter.content).hexdigest() if self.letter.content else ""


class Courier:
    """Hands the e-invoices of one batch to their channels; an order whose channel refuses gets its verdict."""

    def __init__(self, integration: Integration, batch: Batch, verdicts: Verdicts) -> None:
        self._integration = integration
        self._batch = batch
        self._verdicts = verdicts

    def way_of(self, dispatch: DispatchRow) -> Channel:
        """On which channel a dispatch goes: its own where that is still open, else what the settings say."""
        if dispatch.channel in self._integration.einvoicing:
            return dispatch.channel  # type: ignore[return-value]
        return self._integration.settings.einvoicing.channel

    def outgoing(
        self, row: OrderRow, dispatch: DispatchRow, number: str, content: bytes = b"", verdict: Verdict | None = None
    ) -> Outgoing:
        """A letter under its key: it follows from the document, its content, and how often a person had it sent."""
        parts = (self._integration.books.name, dispatch.reference, number, str(dispatch.attempt))
        key = operation_key("einvoice", *parts, hashlib.sha256(content).hexdigest())
        kind = dispatch.kind
        letter = Letter(key, kind, number, dispatch.reference, content)  # type: ignore[arg-type]
        rules = (verdict.rules, verdict.sha256) if verdict else ("", "")
        return Outgoing(row, dispatch, letter, self.way_of(dispatch), *rules)

    def tried_before(self, row: OrderRow, dispatch: DispatchRow) -> Outgoing | None:
        """What was handed over and of which no answer came: the very same document again, on the same way.

        Raises `NeedsAttention` where that way is closed: nobody can be asked whether it went.
        """
        if not dispatch.key or not self._integration.operations.unanswered([dispatch.key]):
            return None
        if dispatch.channel not in self._integration.einvoicing:
            raise NeedsAttention("einvoice_unsure", "einvoicing.channel", dispatch.reference)
        content = dispatch.document.encode()
        letter = Letter(dispatch.key, dispatch.kind, dispatch.number, dispatch.reference, content)  # type: ignore[arg-type]
        return Outgoing(row, dispatch, letter, self.way_of(dispatch), dispatch.rules, dispatch.rules_sha256)

    def hand_over(self, outgoing: Sequence[Outgoing]) -> int:
        """Hand over each, channel by channel; gives how many the channels have now."""
        by_channel: dict[Channel, list[Outgoing]] = defaultdict(list)
        for one in outgoing:
            by_channel[one.channel].append(one)
        handed = 0
        for channel, all_of_it in by_channel.items():
            for start in range(0, len(all_of_it), AT_ONCE):
                handed += self._hand_over(channel, all_of_it[start : start + AT_ONCE])
        return handed

    def _hand_over(self, channel: Channel, outgoing: Sequence[Outgoing]) -> int:
        self._keep_documents(channel, outgoing)
        wanted = [(one.letter.key, one.letter.reference) for one in outgoing]
        tried = self._integration.operations.intend("einvoice", wanted, self._batch.id)
        doubtful = [one for one in outgoing if one.letter.key in tried or one.dispatch.state == "unsure"]
        known = self._known(channel, doubtful)
        lost = {one.letter.key for one in doubtful if one.dispatch.state == "unsure" and one.letter.key not in known}
        rest = [one for one in outgoing if one.letter.key not in known and one.letter.key not in lost]
        way = self._integration.einvoicing[channel]
        sent = dict(zip(rest, way.send([one.letter for one in rest]), strict=True)) if rest else {}
        outcomes = {one: known.get(one.letter.key) or sent[one] for one in outgoing if one.letter.key not in lost}
        return self._note(channel, outcomes)

    def _known(self, channel: Channel, doubtful: Sequence[Outgoing]) -> dict[str, Outcome]:
        """What the channel has already of those that were tried before, by key."""
        if not doubtful:
            return {}
        found = self._integration.einvoicing[channel].progress([one.letter for one in doubtful])
        return {one.letter.key: known for one, known in zip(doubtful, found, strict=True) if known is not None}

    def _keep_documents(self, channel: Channel, outgoing: Sequence[Outgoing]) -> None:
        """What goes out is kept before it goes, so that a try whose answer is lost is repeated to the letter."""
        with self._integration.store.together() as connection:
            for one in outgoing:
                self._integration.dispatches.note(
                    connection,
                    one.dispatch,
                    channel=channel,
                    number=one.letter.number,
                    key=one.letter.key,
                    document=one.letter.content.decode(),
                    sha256=one.sha256,
                    rules=one.rules,
                    rules_sha256=one.rules_sha256,
                )

    def _note(self, channel: Channel, outcomes: dict[Outgoing, Outcome]) -> int:
        """Commit what came of each before anything else is done."""
        handed = 0
        with self._integration.store.together() as connection:
            ended: list[tuple[str, str, str]] = []
            for one, outcome in outcomes.items():
                if isinstance(outcome, NeedsAttention):
                    ended.append((one.letter.key, "refused", outcome.finding.code))
                elif isinstance(outcome, Progress):
                    handed += 1
                    ended.append((one.letter.key, "done", outcome.place or channel))
                    self._handed(connection, one, outcome)
            self._integration.operations.done(connection, ended)
        for one, outcome in outcomes.items():
            if not isinstance(outcome, Progress):
                self._verdicts.refused(one.row, outcome)
        return handed

    def _handed(self, connection: Connection, one: Outgoing, progress: Progress) -> None:
        self._integration.dispatches.move(
            connection,
            one.dispatch,
            progress.state,
            channel=one.channel,
            sha256=one.sha256,
            code=progress.code,
            told=progress.told,
            place=progress.place,
            handed_at=datetime.now(UTC),
        )
