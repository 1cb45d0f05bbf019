"""What every accounting adapter promises of invoices and credit notes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.invoices import Document
from domain.outcomes import NeedsAttention
from domain.ports import Accounting, Booking
from tests.contract.bookkeeping import (
    Bookkeeper,
    a_credit_note,
    a_line,
    an_invoice,
    another_process,
    at_rates_of,
    documents_of_call,
    finished,
    needs,
    written,
)
from tests.contract.test_accounting import codes, good


def standing(books: Accounting) -> dict[str, Document]:
    """All documents of the books, by reference."""
    return {document.reference: document for page in books.documents(None) for document in page}


def test_what_is_created_is_found_by_its_exact_reference(books: Accounting, customer: str) -> None:
    wanted = an_invoice("shop-dk-1042", customer)
    (created,) = good(books.create_documents([("k", wanted)]))
    assert list(books.find_documents(["shop-dk-1042"])) == [created]
    assert list(books.find_documents(["shop-dk-104", "shop-dk-10422", "SHOP-DK-1042", "", "\ud83d"])) == []
    assert standing(books) == {"shop-dk-1042": created}
    assert (created.kind, created.state, created.customer, created.date) == ("invoice", "draft", customer, wanted.date)


def test_the_totals_of_the_books_are_ours(books: Accounting, customer: str) -> None:
    lines = [a_line("10.01", "3"), a_line("33.33", "7", "12"), a_line("-5.00"), a_line("0.02", "1", "0")]
    lines += [a_line("0.01", "0.50", "25.5"), a_line("999999.99", "99.99", "5.5")]
    wanted = an_invoice("a", customer, *at_rates_of(books, *lines))
    (created,) = good(written(books, [("k", wanted)], book=True))
    assert (created.net, created.vat, created.total) == (wanted.net, wanted.vat, wanted.total)
    assert str(created.total) == str(wanted.total)


def test_an_invoice_of_nothing_can_be_written(books: Accounting, customer: str) -> None:
    wanted = an_invoice("free", customer, a_line("80.00"), a_line("-80.00"))
    assert good(books.create_documents([("k", wanted)]))[0].total == 0


def test_each_currency_of_the_books_can_be_booked_in(books: Accounting, customer: str) -> None:
    currencies = sorted(books.master_data().currencies)
    wanted = [(one, an_invoice(one, customer, currency=one)) for one in currencies]
    assert [document.currency for document in good(books.create_documents(wanted))] == currencies


def test_outcomes_come_one_an_item_and_in_order(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    many = range(1, bookkeeper.many)
    created = good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer, a_line(f"{n}.25"))) for n in many]))
    assert [document.reference for document in created] == [f"r{n}" for n in many]
    assert [document.net for document in created] == [Decimal(f"{n}.25") for n in many]
    assert standing(books) == {document.reference: document for document in created}


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("currency_unknown", {"currency": "XTS"}),
        ("payment_terms_unknown", {"payment_terms": "9999"}),
        ("customer_gone", {"customer": "987654"}),
        ("customer_gone", {"customer": ""}),
        ("no_lines", {"lines": ()}),
        ("totals_disagree", {"total": Decimal("100.01")}),
        ("totals_disagree", {"net": Decimal("79.99")}),
        ("totals_disagree", {"vat": Decimal("20.01")}),
        ("totals_disagree", {"vat_totals": ()}),
        ("totals_disagree", {"lines": (a_line().model_copy(update={"net": Decimal("80.01")}),)}),
        ("totals_disagree", {"lines": (a_line("40.00"),)}),
        ("amount_impossible", {"lines": (a_line().model_copy(update={"unit_net": Decimal("80.001")}),)}),
        ("amount_impossible", {"lines": (a_line().model_copy(update={"quantity": Decimal("1e15")}),)}),
        ("quantity_zero", {"lines": (a_line("80.00", "0"),)}),
        ("vat_rate_impossible", {"lines": (a_line(vat_rate="101"),)}),
        ("vat_rate_impossible", {"lines": (a_line(vat_rate="-1"),)}),
        ("product_missing", {"lines": (a_line().model_copy(update={"product": ""}),)}),
        ("reference_missing", {"reference": ""}),
        ("value_too_long", {"reference": "r" * 5000}),
        ("value_too_long", {"lines": (a_line(text="x" * 50_000),)}),
        ("text_unreadable", {"note": "half a \ud83d pair"}),
        ("text_unreadable", {"lines": (a_line(text="half a \ud83d pair"),)}),
    ],
)
def test_a_bad_document_is_refused_alone(books: Accounting, customer: str, code: str, other: dict[str, object]) -> None:
    bad = an_invoice("bad", customer).model_copy(update=other)
    wanted = [("k1", an_invoice("a", customer)), ("k2", bad), ("k3", an_invoice("c", customer))]
    outcomes = written(books, wanted, book=True)
    assert codes(outcomes) == ["", code, ""]
    assert set(standing(books)) == {"a", "c"}
    assert {document.state for document in standing(books).values()} == {"booked"}


def test_a_negative_invoice_is_refused(books: Accounting, customer: str) -> None:
    assert codes(books.create_documents([("k", an_invoice("a", customer, a_line("-80.00")))])) == ["negative_total"]


def test_a_barred_customer_gets_no_invoice(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    bookkeeper.bar(customer)
    assert codes(books.create_documents([("k2", an_invoice("b", customer))])) == ["customer_barred"]
    assert codes(books.book([Booking("b", draft.number)])) == ["customer_barred"]
    assert standing(books) == {"a": draft}


def test_a_deleted_customer_gets_no_invoice(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    bookkeeper.delete_customer(customer)
    assert codes(books.create_documents([("k", an_invoice("a", customer))])) == ["customer_gone"]


def test_the_same_key_writes_one_document(books: Accounting, customer: str) -> None:
    needs(books, "remembers_keys")
    wanted = ("k", an_invoice("a", customer))
    first, again = good(books.create_documents([wanted, wanted]))
    (later,) = good(books.create_documents([wanted]))
    assert first == again == later
    assert standing(books) == {"a": first}


def test_a_reference_stands_once(books: Accounting, customer: str) -> None:
    needs(books, "unique_references")
    outcomes = books.create_documents([("k1", an_invoice("a", customer)), ("k2", an_invoice("a", customer))])
    assert codes(outcomes) == ["", "reference_taken"]
    third = books.create_documents([("k3", an_invoice("a", customer))], book=True)
    assert codes(finished(books, third)) == ["reference_taken"]


def test_a_reference_is_taken_also_by_a_booked_document(books: Accounting, customer: str) -> None:
    needs(books, "unique_references")
    good(written(books, [("k1", an_invoice("a", customer))], book=True))
    assert codes(books.create_documents([("k2", an_invoice("a", customer))])) == ["reference_taken"]


def test_one_reference_from_many_sides_makes_one_document(
    bookkeeper: Bookkeeper, books: Accounting, customer: str
) -> None:
    needs(books, "unique_references")

    def write(side: int) -> list[str]:
        wanted = [(f"{side}-{n}", an_invoice(f"r{n}", customer)) for n in range(20)]
        return codes(bookkeeper.books().create_documents(wanted, book=True))

    with ThreadPoolExecutor(6) as sides:
        told = list(sides.map(write, range(6)))
    for n in range(20):
        assert sorted(codes[n] for codes in told) == ["", *["reference_taken"] * 5]
    numbers = sorted(int(document.number) for document in standing(bookkeeper.books()).values())
    assert numbers == list(range(numbers[0], numbers[0] + 20))


@pytest.mark.slow
def test_two_processes_at_once_write_each_reference_once(
    bookkeeper: Bookkeeper, system: str, books: Accounting, customer: str
) -> None:
    needs(books, "unique_references")
    place, start = bookkeeper.place, time.time() + 3
    sides = [another_process(system, place, name, 6, start, customer) for name in ("one", "two")]
    told = [side.communicate(timeout=120)[0].splitlines() for side in sides]
    assert [side.returncode for side in sides] == [0, 0]
    written = [sum(int(line.split()[1]) for line in lines) for lines in told]
    assert sum(written) == 6 * bookkeeper.per_call
    numbers = sorted(int(document.number) for document in standing(books).values())
    assert numbers == list(range(numbers[0], numbers[0] + 6 * bookkeeper.per_call))


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.011, 0.037])
def test_a_writer_killed_at_any_time_loses_and_doubles_nothing(
    bookkeeper: Bookkeeper, system: str, books: Accounting, customer: str, after: float
) -> None:
    place = bookkeeper.place
    writer = another_process(system, place, "one", 10_000, 0, customer)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline().split()[0]) for _ in range(3)]
    time.sleep(after)
    writer.kill()
    told += [int(line.split()[0]) for line in writer.stdout.read().splitlines() if line.count(" ") == 2]
    writer.wait()
    last = told[-1]
    kept = standing(books)
    assert {f"shop-{call}-{n}" for call in told for n in range(bookkeeper.per_call)} <= set(kept)
    for call in range(last + 2):
        good(written(books, documents_of_call(call, customer, "one", bookkeeper.per_call), book=True))
    after_all = standing(books)
    assert len(after_all) == (last + 2) * bookkeeper.per_call
    booked = {reference: one for reference, one in kept.items() if one.state == "booked"}
    assert booked.items() <= after_all.items()
    assert len(booked) == len(kept) or not books.capabilities.books_at_once
    numbers = sorted(int(document.number) for document in after_all.values())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_booking_turns_a_draft_into_a_booked_document(books: Accounting, customer: str) -> None:
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    (booked,) = good(books.book([Booking("b", draft.number)]))
    assert (booked.state, booked.reference, booked.total) == ("booked", "a", draft.total)
    assert booked.updated_at > draft.updated_at or not books.capabilities.tells_bookings
    assert standing(books) == {"a": booked}


def test_booking_twice_under_one_key_books_once(books: Accounting, customer: str) -> None:
    needs(books, "remembers_keys")
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    first, again = good(books.book([Booking("b", draft.number), Booking("b", draft.number)]))
    assert first == again == good(books.book([Booking("b", draft.number)]))[0]
    assert codes(books.book([Booking("other", draft.number)])) == ["draft_gone"]


def test_creating_and_booking_in_one_call_is_one_document(books: Accounting, customer: str) -> None:
    needs(books, "books_at_once")
    wanted = [("k", an_invoice("a", customer))]
    first, again = [good(written(books, wanted, book=True))[0] for _ in range(2)]
    assert first == again
    assert first.state == "booked"


def test_booked_numbers_have_no_gaps_whatever_was_refused(
    books: Accounting, bookkeeper: Bookkeeper, customer: str
) -> None:
    drafts = good(books.create_documents([(f"k{n}", an_invoice(f"d{n}", customer)) for n in range(4)]))
    bookkeeper.delete_draft(drafts[1].number)
    books.book([Booking(f"b{n}", draft.number) for n, draft in enumerate(drafts)])
    wanted = [an_invoice("x", customer), an_invoice("y", customer, currency="XTS"), an_invoice("z", customer)]
    written(books, [(one.reference, one) for one in wanted], book=True)
    note = a_credit_note(wanted[0], "1")
    good(written(books, [("n", note)], book=True))
    numbers = sorted(int(document.number) for document in standing(books).values())
    assert len(numbers) == 6
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_booking_what_is_no_draft_is_refused_alone(books: Accounting, customer: str) -> None:
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    assert codes(books.book([Booking("b1", "424242"), Booking("b2", draft.number), Booking("b3", "x")])) == [
        "draft_gone",
        "",
        "draft_gone",
    ]


def test_a_draft_takes_the_new_content(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    (before,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    wanted = an_invoice("a", customer, *at_rates_of(books, a_line("10.00"), a_line("20.00", vat_rate="0")))
    bookkeeper.pass_time()
    (after,) = good(books.update_drafts([("u", before.number, wanted)]))
    assert (after.number, after.state, after.total) == (before.number, "draft", wanted.total)
    assert after.updated_at > before.updated_at
    assert after.fingerprint != before.fingerprint
    assert standing(books) == {"a": after}
    assert good(books.book([Booking("b", after.number)]))[0].total == wanted.total


def test_a_draft_that_someone_else_changed_is_seen_to_be_another(bookkeeper: Bookkeeper, customer: str) -> None:
    books = bookkeeper.books()
    (ours,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    good(bookkeeper.books().update_drafts([("x", ours.number, an_invoice("a", customer, note="ring først"))]))
    (found,) = books.find_documents(["a"])
    assert found.total == ours.total
    assert found.fingerprint != ours.fingerprint


def test_a_bad_new_content_leaves_the_draft_as_it_was(books: Accounting, customer: str) -> None:
    drafts = good(books.create_documents([(f"k{n}", an_invoice(f"r{n}", customer)) for n in range(3)]))
    wanted = [an_invoice(f"r{n}", customer, a_line("9.00"), currency="XTS" if n == 1 else "DKK") for n in range(3)]
    changes = [(f"u{n}", draft.number, wanted[n]) for n, draft in enumerate(drafts)]
    assert codes(books.update_drafts(changes)) == ["", "currency_unknown", ""]
    assert [standing(books)[f"r{n}"].net for n in range(3)] == [Decimal(9), Decimal(80), Decimal(9)]


def test_a_draft_that_is_none_any_more_is_not_written_to(
    books: Accounting, bookkeeper: Bookkeeper, customer: str
) -> None:
    booked, deleted = good(books.create_documents([(f"k{r}", an_invoice(r, customer)) for r in ("a", "b")]))
    (now,) = good(books.book([Booking("b", booked.number)]))
    bookkeeper.delete_draft(deleted.number)
    changes = [(f"u{one.number}", one.number, an_invoice(one.reference, customer)) for one in (booked, deleted)]
    assert codes(books.update_drafts(changes)) == ["draft_gone", "draft_gone"]
    assert standing(books) == {"a": now}


def test_a_draft_number_that_is_another_reference_now_is_not_written_to(books: Accounting, customer: str) -> None:
    a, b = good(books.create_documents([(f"k{r}", an_invoice(r, customer)) for r in ("a", "b")]))
    assert codes(books.update_drafts([("u", a.number, an_invoice("b", customer, a_line("1.00")))])) == ["draft_gone"]
    assert standing(books) == {"a": a, "b": b}


def test_a_draft_that_was_deleted_is_not_made_again_under_its_key(
    books: Accounting, bookkeeper: Bookkeeper, customer: str
) -> None:
    needs(books, "remembers_keys")
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer))]))
    bookkeeper.delete_draft(draft.number)
    assert codes(books.create_documents([("k", an_invoice("a", customer))])) == ["draft_gone"]
    assert standing(books) == {}


def test_credit_notes_take_an_invoice_back_and_no_more(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer, a_line("30.00", "2"), a_line("20.00"))
    notes = [a_credit_note(invoice, str(n), line) for n, line in enumerate((a_line("30.00"), a_line("20.00")))]
    wanted = [*notes, a_credit_note(invoice, "all"), a_credit_note(invoice, "rest", a_line("30.00"))]
    documents = [("i", invoice), *((note.reference, note) for note in wanted)]
    documents.append(("over", a_credit_note(invoice, "over", a_line("0.01"))))
    outcomes = written(books, documents, book=True)
    assert codes(outcomes) == ["", "", "", "credit_exceeds_invoice", "", "credit_exceeds_invoice"]
    credited = [one for one in standing(books).values() if one.kind == "credit_note"]
    assert sum(note.total for note in credited) == invoice.total


def test_what_an_earlier_call_credited_is_not_credited_again(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer)
    good(written(books, [("i", invoice)], book=True))
    good(written(books, [("n1", a_credit_note(invoice, "1"))], book=True))
    assert codes(books.create_documents([("n2", a_credit_note(invoice, "2"))])) == ["credit_exceeds_invoice"]


def test_a_draft_credit_note_may_grow_to_what_is_left(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer)
    good(written(books, [("i", invoice)], book=True))
    (draft,) = good(books.create_documents([("n", a_credit_note(invoice, "1", a_line("50.00")))]))
    too_much = a_credit_note(invoice, "1", a_line("80.01"))
    assert codes(books.update_drafts([("u1", draft.number, too_much)])) == ["credit_exceeds_invoice"]
    assert codes(books.update_drafts([("u2", draft.number, a_credit_note(invoice, "1"))])) == [""]
    assert codes(books.create_documents([("o", a_credit_note(invoice, "2", a_line("0.01")))])) == [
        "credit_exceeds_invoice"
    ]


def test_a_credit_note_needs_its_invoice(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer)
    orphan = a_credit_note(invoice, "1")
    good(written(books, [("i", an_invoice("b", customer))], book=True))
    note = a_credit_note(an_invoice("b", customer), "1")
    good(written(books, [("n", note)], book=True))
    of_a_note = a_credit_note(note, "1")
    wanted = [("k1", orphan), ("k2", of_a_note), ("k3", orphan.model_copy(update={"credits": ""}))]
    assert codes(books.create_documents(wanted)) == ["credited_invoice_missing"] * 3


def test_a_credit_note_is_in_the_currency_and_on_the_customer_of_its_invoice(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer)
    good(written(books, [("i", invoice)], book=True))
    other = a_credit_note(invoice, "1", currency="EUR")
    assert codes(books.create_documents([("n", other)])) == ["credit_differs_from_invoice"]


def test_a_credit_note_is_not_booked_before_its_invoice(books: Accounting, customer: str) -> None:
    needs(books, "guards_credits")
    invoice = an_invoice("a", customer)
    (draft,) = good(books.create_documents([("i", invoice)]))
    (note,) = good(books.create_documents([("n1", a_credit_note(invoice, "1", a_line("10.00")))]))
    at_once = a_credit_note(invoice, "2", a_line("10.00"))
    assert codes(written(books, [("n2", at_once)], book=True)) == ["credited_invoice_not_booked"]
    assert codes(books.book([Booking("b1", note.number)])) == ["credited_invoice_not_booked"]
    assert codes(books.book([Booking("b2", draft.number), Booking("b3", note.number)])) == ["", ""]


def test_nothing_is_booked_into_a_closed_period(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    last = bookkeeper.last_day
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer, date=last))]))
    bookkeeper.close_period(last)
    closed, open_ = [an_invoice(str(day), customer, date=day) for day in (last, last + timedelta(days=1))]
    assert codes(written(books, [("c", closed), ("o", open_)], book=True)) == ["period_closed", ""]
    assert codes(books.book([Booking("b", draft.number)])) == ["period_closed"]
    assert [one.reference for one in standing(books).values() if one.state == "booked"] == [
        str(last + timedelta(days=1))
    ]


def test_no_draft_is_moved_into_a_closed_period_where_drafts_count(
    books: Accounting, bookkeeper: Bookkeeper, customer: str
) -> None:
    needs(books, "books_at_once")
    last = bookkeeper.last_day
    (draft,) = good(books.create_documents([("k", an_invoice("a", customer, date=last))]))
    bookkeeper.close_period(last)
    assert codes(books.create_documents([("c", an_invoice("b", customer, date=last))])) == ["period_closed"]
    assert codes(books.update_drafts([("u", draft.number, an_invoice("a", customer, date=last, note="ny"))])) == [
        "period_closed"
    ]


def test_documents_are_read_on_from_the_newest_change_that_was_seen(books: Accounting, customer: str) -> None:
    needs(books, "tells_bookings")
    a, b = good(books.create_documents([("k1", an_invoice("a", customer)), ("k2", an_invoice("b", customer))]))
    newest = max(a.updated_at, b.updated_at)
    (booked,) = good(books.book([Booking("b", a.number)]))
    (c,) = good(books.create_documents([("k3", an_invoice("c", customer))]))
    read = {one.reference: one for page in books.documents(newest) for one in page}
    assert read["a"] == booked
    assert read["c"] == c
    assert booked.updated_at > newest
    assert [one.reference for page in books.documents(c.updated_at) for one in page] == ["c"]


def test_reading_on_shows_every_draft_where_bookings_are_not_told(books: Accounting, customer: str) -> None:
    if books.capabilities.tells_bookings:
        pytest.skip("these books tell of bookings")
    wanted = [(f"k{name}", an_invoice(name, customer)) for name in ("a", "b", "c")]
    a, b, c = good(books.create_documents(wanted))
    good(books.book([Booking("b", a.number)]))
    newest = max(b.updated_at, c.updated_at) + timedelta(hours=1)
    read = {one.reference: one for page in books.documents(newest) for one in page}
    assert read == {"b": b, "c": c}


def test_a_refusal_names_the_field_and_what_was_found(books: Accounting, customer: str) -> None:
    (refusal,) = books.create_documents([("k", an_invoice("a", customer, currency="XTS"))])
    assert isinstance(refusal, NeedsAttention)
    assert (refusal.finding.field, refusal.finding.found) == ("currency", "XTS")
    assert "DKK" in refusal.finding.expected
