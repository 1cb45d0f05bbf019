"""Step 2: which kind of customer each order has and what identifies it; then the orders are cut into batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from prefect import task

from adapters.integration import Integration, open_integration
from adapters.store import EVERYTHING, Among, Batch, OrderRow
from domain.batches import Groups
from domain.classification import Classification, classify
from domain.days import start_of
from domain.orders import Order
from domain.outcomes import Finding, NeedsAttention, Skip
from tasks.chains import LOOKED_AT_AGAIN, look_at_held
from tasks.mirror import find_invoice, refresh_documents
from tasks.resting import Resting
from tasks.retrying import RETRYING
from tasks.runs import asked_by_a_person, this_run
from tasks.verdicts import NO_CUSTOMER, Verdicts


@dataclass(frozen=True)
class Case:
    """An order that is understood: its row, its content, its classification, and what else is worth telling."""

    row: OrderRow
    order: Order
    classification: Classification
    warnings: list[Finding] = field(default_factory=list)


@task(task_run_name="classify customers", **RETRYING)
def classify_customers(integration: str, fetched: dict[str, int]) -> list[str]:
    """Decide B2C, B2B or EAN for every unfinished order, and cut them into batches; gives the batches' ids.

    No customer of one batch appears in another, so that batches can run side by side and be rerun by themselves.
    """
    return classified(integration)


@task(task_run_name="classify customers", **RETRYING)
def classify_sold(integration: str, first: date, last: date, fetched: dict[str, int]) -> list[str]:
    """The same for the unfinished orders that were sold in a period, its last day included."""
    return classified(integration, Among(since=start_of(first), until=start_of(last + timedelta(days=1))))


@task(task_run_name="classify customers", **RETRYING)
def classify_hinted(integration: str, orders: list[str]) -> list[str]:
    """The same for these orders."""
    return classified(integration, Among(ids=tuple(orders)))


def classified(integration: str, among: Among = EVERYTHING) -> list[str]:
    """The step for this run; by a person's Retry, orders that rest are asked for at once."""
    return cut_into_batches(open_integration(integration), this_run(), among=among, at_once=asked_by_a_person())


@task(task_run_name="gather unfinished orders", **RETRYING)
def gather_unfinished(integration: str, cause: str = "", batch: str = "", orders: Sequence[str] = ()) -> list[str]:
    """Cut held and failed orders into new batches; gives the batches' ids.

    Only those held for this cause, of this earlier batch, or with these numbers, several of which may stand in one
    string with commas; these may be such as a person had settled by hand. Raises `Misconfigured` for a batch that
    there never was.
    """
    opened = open_integration(integration)
    numbers = {number.strip() for text in orders for number in (text, *text.split(","))} - {""}
    of_batch = opened.store.orders.in_batch(opened.name, batch) if batch else frozenset()

    def chosen(row: OrderRow) -> bool:
        by_number = not numbers or row.number in numbers or row.order_id in numbers
        return by_number and (not cause or row.code == cause) and (not batch or row.order_id in of_batch)

    opened.store.orders.take_up_settled(opened.name, sorted(numbers))
    make_again(opened, chosen)
    return cut_into_batches(opened, this_run(), chosen, at_once=True)


def make_again(integration: Integration, chosen: Callable[[OrderRow], bool]) -> None:
    """By a person's word, what is gone from the books may be written again for these orders. A run never does that."""
    rows = [row for row in integration.store.orders.needing_attention(integration.name) if chosen(row)]
    look_at_held(integration, rows)
    lost = [row for row in rows if row.code in LOOKED_AT_AGAIN]
    integration.documents.forget(integration.name, [row.order_id for row in lost])
    references = [row.reference or f"{integration.name}-{row.number}" for row in lost]
    integration.operations.give_up("document", references, "draft_gone")


def cut_into_batches(
    integration: Integration,
    run: str,
    chosen: Callable[[OrderRow], bool] = lambda row: True,
    among: Among = EVERYTHING,
    *,
    at_once: bool = False,
) -> list[str]:
    """The step itself, for all unfinished orders (or the chosen ones), not only for those just fetched.

    It begins with a look at what stands in the books, so that whatever a lost run wrote there is known. Orders that
    the books have refused rest, unless they are to be asked for `at_once`; the run still tells of them.
    """
    refresh_documents(integration)
    groups, resting, left = Groups(), Resting(integration), list[str]()
    passing = Batch("", integration.name, run, ())
    for rows in integration.store.orders.unfinished(integration.name, among):
        verdicts = Verdicts(integration, passing, NO_CUSTOMER)
        twins = showing_one_number(integration, rows)
        wanted = list(filter(chosen, rows))
        rested = set() if at_once else resting.among(wanted)
        left += sorted(rested)
        for row in [row for row in wanted if row.order_id not in rested]:
            case = examine(integration, row, verdicts, twins)
            identities = case.classification.identities if case else ()
            groups.add(row.order_id, [identity.key for identity in identities])
            if case and row.stage == "fetched":
                verdicts.passed(row, "classified", **classified_as(case))
        with integration.store.together() as connection:
            verdicts.commit(connection)
    orders = integration.store.orders
    orders.make_batches(integration.name, run, [left] if left else [])
    return orders.make_batches(integration.name, run, groups.cut(integration.settings.run.batch_size))


def showing_one_number(integration: Integration, rows: Sequence[OrderRow]) -> dict[str, set[str]]:
    """The ids of all orders that show a number which another order of the shop shows too, by that number."""
    use = integration.store.orders.numbers_in_use(integration.name, [row.number for row in rows])
    return {number: ids for number, ids in use.items() if len(ids) > 1}


def examine(integration: Integration, row: OrderRow, verdicts: Verdicts, twins: Mapping[str, set[str]]) -> Case | None:
    """Read and classify one order; None, with a verdict, where it can't be or doesn't count any more."""
    try:
        order = integration.order(row)
        still_counts(integration, row, order)
        if row.number in twins and not row.reference:
            raise NeedsAttention("number_shared", "number", row.number, ", ".join(sorted(twins[row.number])))
        return Case(row, order, classify(order, integration.settings.customers))
    except Skip as skip:
        verdicts.skipped(row, skip.finding)
    except NeedsAttention as error:
        verdicts.held(row, error.finding)
    return None


def still_counts(integration: Integration, row: OrderRow, order: Order) -> None:
    """Raise `Skip` for an order that left the statuses that count before anything was written for it."""
    if order.status in integration.settings.webshop.statuses or row.reference:
        return
    if not find_invoice(integration, row):
        raise Skip("no_longer_counts", "status", order.status)


def classified_as(case: Case) -> dict[str, str]:
    """What the store keeps of a classification."""
    return {
        "customer_type": case.classification.type,
        "classification": case.classification.model_dump_json(),
    }
