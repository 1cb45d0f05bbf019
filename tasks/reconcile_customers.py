"""Step 3: each order's customer is found in the books, made there, or brought up to date; or the order is held."""

from collections.abc import Mapping, Sequence

import pandas as pd
from prefect import State, task

from adapters.claims import writing_while
from adapters.integration import Integration, open_integration
from adapters.store import Batch, OrderRow
from domain.customer_policy import new_values, plan_change, wanted_number
from domain.customers import Customer, NewCustomer, Planned, same_customer
from domain.decisions import Decision, Hits, decide
from domain.matching import DIRECTORY, WANTED, match
from domain.outcomes import AfstemError, NeedsAttention, Transient, Unforeseen
from domain.rules import TYPES
from tasks.classify_customers import Case, classified_as, examine, showing_one_number
from tasks.mirror import look_at_customer, refresh_customers
from tasks.reconciled import Settled, change_of, ended, operation_key, wanted_of, with_changes
from tasks.retrying import RETRYING
from tasks.verdicts import NO_CUSTOMER, Verdicts, all_well


@task(task_run_name="reconcile customers {batch}", **RETRYING)
def reconcile_customers(integration: str, batch: str) -> State[dict[str, int]]:
    """Give each order of a batch its customer: matched, created or collecting.

    Raises `Transient` (tried again) while an order met a fault that may pass, and `NeedsAttention` where this
    run found one that needs a person; the others are reconciled all the same.
    """
    opened = open_integration(integration)
    return all_well(reconcile_batch(opened, batch), opened.words)


def reconcile_batch(integration: Integration, batch_id: str) -> dict[str, int]:
    """The step itself. What is reconciled already is left alone, so that it may be called again at any time."""
    batch = integration.store.orders.open(batch_id)
    verdicts = Verdicts(integration, batch, NO_CUSTOMER)
    rows = integration.store.orders.of_batch(batch, frozenset({"fetched", "classified", "held", "failed"}))
    return {"reconciled": reconcile(integration, batch, rows, verdicts), **verdicts.conclude()}


def reconcile_again(integration: Integration, batch: Batch) -> None:
    """Find the customers of orders that had one, whose customer the books then turned out not to have.

    The step that gave it has done its work and isn't repeated, neither by a retry within the run nor by a person's.
    """
    stopped = integration.store.orders.of_batch(batch, frozenset({"held", "failed"}))
    rows = [row for row in stopped if row.decision and not row.customer and row.run == batch.run]
    if rows:
        reconcile(integration, batch, rows, Verdicts(integration, batch, NO_CUSTOMER))


def reconcile(integration: Integration, batch: Batch, rows: Sequence[OrderRow], verdicts: Verdicts) -> int:
    """Give these orders their customers, or their verdicts; gives how many have one now."""
    twins = showing_one_number(integration, rows)
    cases = [case for row in rows if (case := examine(integration, row, verdicts, twins))]
    try:
        cases = lease(integration, batch, cases, verdicts)
        refresh_customers(integration, whole=recall(integration, cases))
        with writing_while(batch.still_ours):
            return Reconciliation(integration, batch, verdicts).settle(cases)
    finally:
        with integration.store.together() as connection:
            verdicts.commit(connection)
            integration.directory.release(connection, batch.id)


def lease(integration: Integration, batch: Batch, cases: Sequence[Case], verdicts: Verdicts) -> list[Case]:
    """Take the right to write to these customers; an order whose customer another run is at waits for the next try."""
    wanted = {identity.key for case in cases for identity in case.classification.identities}
    taken = integration.directory.lease(wanted, batch.id)
    free: list[Case] = []
    for case in cases:
        if any(identity.key in taken for identity in case.classification.identities):
            verdicts.failed(case.row, Transient("customer_busy", "customer"))
        else:
            free.append(case)
    return free


def recall(integration: Integration, cases: Sequence[Case]) -> bool:
    """Whether a forgotten customer has bought again: only a whole reading of the books brings them back."""
    keys = {identity.key for case in cases for identity in case.classification.identities}
    return integration.directory.forgotten.recall(keys)


def find(integration: Integration, cases: Sequence[Case]) -> dict[str, Hits]:
    """Which customers of the directory each order's identities hit."""
    asked = [
        (case.order.id, identity.rank, identity.field, identity.value)
        for case in cases
        for identity in case.classification.identities
    ]
    wanted = pd.DataFrame(asked, columns=WANTED)
    there = [
        key
        for field, values in wanted.groupby("field")["value"]
        for key in integration.directory.having(str(field), values)
    ]
    found = match(wanted, pd.DataFrame(there, columns=DIRECTORY))
    rows = zip(*(found[name].tolist() for name in ("order", "hits", "field", "value")), strict=True)
    return {order: Hits(hits, field or None, value) for order, hits, field, value in rows}


def first_of_each(new: Sequence[tuple[Case, Decision]]) -> tuple[list[tuple[Case, Decision]], list[Case]]:
    """The first order of each new buyer, who makes the customer, and the others, who are to find it."""
    taken: set[str] = set()
    first: list[tuple[Case, Decision]] = []
    rest: list[Case] = []
    for case, decision in new:
        keys = keys_of(case)
        if keys.isdisjoint(taken):
            first.append((case, decision))
        else:
            rest.append(case)
        taken |= keys
    return first, rest


def keys_of(case: Case) -> set[str]:
    """What an order's buyer is known by."""
    return {identity.key for identity in case.classification.identities}


def subject_of(case: Case) -> str:
    """What an operation on behalf of this order is about."""
    return f"{case.row.integration}-{case.order.id}"


class Reconciliation:
    """Finds, makes and updates the customers of one batch."""

    def __init__(self, integration: Integration, batch: Batch, verdicts: Verdicts) -> None:
        self._integration = integration
        self._batch = batch
        self._verdicts = verdicts
        self._rules = {kind: integration.settings.customers.of(kind) for kind in TYPES}
        self._doubtful: set[str] = set()

    def settle(self, cases: Sequence[Case]) -> int:
        """Bring every case to its customer; gives how many got there.

        Two orders of one new buyer: the first makes the customer, then the second is matched afresh and finds it.
        Where nobody knows what came of the first, the second waits with it: the customer may stand there already.
        """
        settled = 0
        while cases:
            decided = self._decide(cases)
            known = [(case, decision) for case, decision in decided if decision.kind != "new"]
            first, rest = first_of_each([(case, decision) for case, decision in decided if decision.kind == "new"])
            settled += self._update(known) + self._create(first)
            cases = self._without_doubt(rest)
        return settled

    def _without_doubt(self, cases: Sequence[Case]) -> list[Case]:
        """Those whose buyer is none for whom a customer was perhaps made; the others are tried again."""
        clear: list[Case] = []
        for case in cases:
            if (keys := keys_of(case)).isdisjoint(self._doubtful):
                clear.append(case)
            else:
                self._doubtful |= keys
                self._verdicts.failed(case.row, Transient("customer_in_doubt"))
        return clear

    def _decide(self, cases: Sequence[Case]) -> list[tuple[Case, Decision]]:
        """Which customer each order has, by what is remembered and what the directory holds."""
        found = find(self._integration, cases)
        remembered = self._remembered(cases, found)
        numbers = {number for hits in found.values() for number in hits.numbers} | set(remembered.values())
        numbers |= {rules.collecting_customer for rules in self._rules.values()}
        customers = self._integration.directory.by_number(numbers)
        decided: list[tuple[Case, Decision]] = []
        for case in cases:
            order, rules = case.order.id, self._rules[case.classification.type]
            try:
                hits = found.get(order, Hits())
                decided.append((case, decide(case.classification, rules, hits, customers, remembered.get(order))))
            except NeedsAttention as error:
                self._verdicts.held(case.row, error.finding, **classified_as(case))
        return decided

    def _remembered(self, cases: Sequence[Case], found: Mapping[str, Hits]) -> dict[str, str]:
        """The customer that each order was found to have before, where that number is still the same customer.

        An identity tried earlier that hits somebody goes before what is remembered of a later one.
        """
        directory = self._integration.directory
        links = directory.links(identity.key for case in cases for identity in case.classification.identities)
        customers = directory.by_number(link.customer for link in links.values())
        remembered: dict[str, str] = {}
        for case in cases:
            hit = found.get(case.order.id, Hits()).field
            for identity in case.classification.identities:
                link = links.get(identity.key)
                customer = customers.get(link.customer) if link else None
                if link and customer and same_customer(link.fingerprint, customer):
                    remembered[case.order.id] = link.customer
                    break
                if identity.field == hit:
                    break
        return remembered

    def _create(self, decided: Sequence[tuple[Case, Decision]]) -> int:
        """Make the customers that nobody found: intent, call, outcome."""
        earlier = self._integration.operations.finished("customer", [subject_of(case) for case, _ in decided])
        wanted = [
            (case, decision, new)
            for case, decision in decided
            if (new := self._new_customer(case, earlier[subject_of(case)]))
        ]
        if not wanted:
            return 0
        operations, books = self._integration.operations, self._integration.books
        operations.intend("customer", [(new.key, subject_of(case)) for case, _, new in wanted], self._batch.id)
        outcomes = books.create_customers([new for _, _, new in wanted])
        settled: list[Settled] = []
        for (case, decision, new), outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, AfstemError):
                self._verdicts.refused_by_books(case.row, outcome, **classified_as(case))
                self._doubtful |= keys_of(case) if isinstance(outcome, Transient | Unforeseen) else set()
                continue
            planned = Planned(values=new.values, new_contacts=new.contacts)
            made = decision.model_copy(update={"customer": outcome.number})
            settled.append(Settled(case, made, outcome, planned, before={}))
        self._keep(settled, [(new.key, outcome) for (_, _, new), outcome in zip(wanted, outcomes, strict=True)])
        return len(settled)

    def _new_customer(self, case: Case, earlier: int) -> NewCustomer | None:
        """The customer to make, under a key that a retry has too, but not a customer made and deleted before."""
        rules = self._rules[case.classification.type]
        wanted, contacts, warnings = wanted_of(self._integration, case)
        case.warnings.extend(warnings)
        try:
            values = new_values(wanted, rules)
        except NeedsAttention as error:
            self._verdicts.held(case.row, error.finding, **classified_as(case))
            return None
        people = contacts if rules.writes("contact", "create") else ()
        key = operation_key("customer", subject_of(case), case.row.content_hash, str(earlier))
        return NewCustomer(key=key, values=values, contacts=people, number=wanted_number(case.order, rules))

    def _update(self, decided: Sequence[tuple[Case, Decision]]) -> int:
        """Bring the customers that were found up to date: one write a customer, however many orders it has."""
        customers = self._integration.directory.by_number(decision.customer for _, decision in decided)
        now = dict(customers)
        settled: list[Settled] = []
        for case, decision in decided:
            before = now[decision.customer]
            planned = self._planned(case, decision, before)
            now[decision.customer] = with_changes(before, planned)
            settled.append(Settled(case, decision, now[decision.customer], planned, before.values))
        changed = [number for number, customer in now.items() if customer != customers[number]]
        refused = self._write({number: (customers[number], now[number]) for number in changed})
        for one in [one for one in settled if one.decision.customer in refused]:
            self._verdicts.refused_by_books(one.case.row, refused[one.decision.customer], **classified_as(one.case))
        kept = [one for one in settled if one.decision.customer not in refused]
        self._keep(kept, [])
        return len(kept)

    def _planned(self, case: Case, decision: Decision, customer: Customer) -> Planned:
        wanted, contacts, warnings = wanted_of(self._integration, case)
        case.warnings.extend(warnings)
        kind = case.classification.type
        identified_by = decision.identity.field if decision.identity else None
        return plan_change(customer, wanted, contacts, self._rules[kind], kind, identified_by)

    def _write(self, changed: Mapping[str, tuple[Customer, Customer]]) -> dict[str, AfstemError]:
        """Write what differs to each customer `number: (as it is, as it shall be)`; gives those that were refused."""
        if not changed:
            return {}
        busy = self._integration.directory.lease([f"number {number}" for number in changed], self._batch.id)
        changes = [change_of(was, shall) for was, shall in changed.values() if f"number {was.number}" not in busy]
        refused: dict[str, AfstemError] = {
            subject.removeprefix("number "): Transient("customer_busy", "customer") for subject in busy
        }
        operations, books = self._integration.operations, self._integration.books
        operations.intend("change", [(change.key, change.number) for change in changes], self._batch.id)
        outcomes = books.update_customers(changes)
        with self._integration.store.together() as connection:
            self._integration.directory.write(connection, [one for one in outcomes if isinstance(one, Customer)])
            operations.done(
                connection, ended([(change.key, one) for change, one in zip(changes, outcomes, strict=True)])
            )
        for change, outcome in zip(changes, outcomes, strict=True):
            if isinstance(outcome, NeedsAttention) and outcome.finding.code == "customer_gone":
                refused[change.number] = look_at_customer(self._integration, change.number, outcome)
            elif isinstance(outcome, AfstemError):
                refused[change.number] = outcome
        return refused

    def _keep(self, settled: Sequence[Settled], created: Sequence[tuple[str, Customer | AfstemError]]) -> None:
        """Commit what came of it, with the orders' own step, in one go."""
        directory, store = self._integration.directory, self._integration.store
        for one in settled:
            self._verdicts.passed(one.case.row, "reconciled", **one.columns())
        made = [outcome for _, outcome in created if isinstance(outcome, Customer)]
        with store.together() as connection:
            directory.write(connection, made)
            self._integration.operations.done(connection, ended(created))
            directory.link(connection, [link for one in settled for link in one.links()])
            store.log_changes(connection, [row for one in settled for row in one.changes(directory.books, self._batch)])
            self._verdicts.commit(connection)
