"""How long documents are kept, and what an order says once its buyer is forgotten."""

from datetime import date

import pytest

from domain.forgetting import YearEnd, kept_until, proof_kept_until


@pytest.mark.parametrize(
    ("day", "year_end", "until"),
    [
        (date(2026, 1, 1), YearEnd(), date(2031, 12, 31)),
        (date(2026, 12, 31), YearEnd(), date(2031, 12, 31)),
        (date(2026, 6, 30), YearEnd(6, 30), date(2031, 6, 30)),
        (date(2026, 7, 1), YearEnd(6, 30), date(2032, 6, 30)),
        (date(2027, 2, 28), YearEnd(2, 29), date(2032, 2, 29)),
        (date(2027, 3, 1), YearEnd(2, 29), date(2033, 2, 28)),
    ],
)
def test_documents_stay_five_years_from_the_end_of_the_financial_year(
    day: date, year_end: YearEnd, until: date
) -> None:
    assert kept_until(day, year_end) == until


def test_an_answer_of_the_register_stays_as_long_as_the_last_invoice_that_may_rest_on_it() -> None:
    assert (
        proof_kept_until(date(2026, 3, 2), YearEnd()) == kept_until(date(2027, 3, 3), YearEnd()) == date(2032, 12, 31)
    )
