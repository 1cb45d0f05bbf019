"""What the EU's register said of VAT numbers: the proof of reverse charge, kept with its time."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from adapters.store.database import Database, chunks
from adapters.store.tables import VatAnswerRow, table_of
from domain.vat import VatNumberAnswer

answers = table_of(VatAnswerRow)


class VatAnswers:
    """The answers of all integrations: a number is the same whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, found: Sequence[VatNumberAnswer]) -> None:
        """Keep answers, each in place of the last one that said the same of its number."""
        with self._database.writing() as connection:
            self._database.upsert(connection, VatAnswerRow, [one.model_dump() for one in found])

    def known(self, numbers: Iterable[str]) -> dict[str, list[VatNumberAnswer]]:
        """What was last said of each number, valid or not, newest first; numbers never asked for are missing."""
        found: dict[str, list[VatNumberAnswer]] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(numbers)):
                query = select(answers).where(answers.c.number.in_(piece)).order_by(answers.c.checked_at.desc())
                for row in connection.execute(query):
                    found.setdefault(row.number, []).append(VatNumberAnswer.model_validate(row._mapping))
        return found

    def drop(self, connection: Connection, is_over: Callable[[datetime], bool]) -> int:
        """Delete the answers of moments that are long over, within a transaction; gives how many."""
        moments = connection.execute(select(answers.c.checked_at).distinct()).scalars().all()
        over = [moment for moment in moments if is_over(moment)]
        return sum(
            connection.execute(delete(answers).where(answers.c.checked_at.in_(piece))).rowcount
            for piece in chunks(over)
        )
