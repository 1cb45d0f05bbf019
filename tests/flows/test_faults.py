"""What may pass is tried again after a while, what would only happen again isn't, and the log says it in one line."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from prefect import flow, task

from adapters.accounting.local import LocalBooks
from adapters.store import Store
from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop
from domain.orders import Order, RawOrder
from domain.outcomes import AfstemError, Misconfigured, NeedsAttention, Transient
from flows.sync_orders import sync_orders
from tasks.classify_customers import cut_into_batches
from tasks.create_invoices import invoice_batch
from tasks.fetch_orders import fetch
from tasks.reconcile_customers import reconcile_batch
from tasks.retrying import RETRYING
from tests.flows.business import Business
from tests.flows.runs import Run, name_of, retried, wait_until, warned
from tests.orders import woo_order
from tests.simulators.orders import an_order
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Somebody does this at the same time."""
    other = threading.Thread(target=act)
    other.start()
    yield
    other.join()


def test_a_shop_that_is_down_for_a_moment_is_asked_again(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFSTEM_WEBSHOP_KEY", KEY)
    monkeypatch.setenv("AFSTEM_WEBSHOP_SECRET", SECRET)
    with WooCommerceSimulator() as shop:
        business.set_up(webshop=f'kind = "woocommerce"\nurl = "{shop.url}"')
        shop.put(an_order(1001))
        shop.faults.append(("status", 503))

        run = business.run()

    assert (run.state, run.message) == ("Completed", "1 order in order")
    fetching = run.tasks(5)["fetch orders"]
    assert fetching.run_count == 2
    (again,) = [log.message for log in run.logs() if "Retry 1/3" in log.message]
    assert "server_fault: webshop" in again


def test_only_the_order_that_met_a_fault_is_tried_again(business: Business) -> None:
    """Another run, here a second store of this very process, has the right to write to one of the customers."""
    business.sell(woo_order(id=1001), woo_order(id=1002, billing={"email": "gudrun@example.dk"}))
    books = business.books.name
    other = Store(business.integration.settings.store.url)
    other.directory(books).lease(["email:gudrun@example.dk"], "a batch of another run")

    def let_go() -> None:
        wait_until(lambda: business.stages().get("1002") == "failed", "the order has met the fault")
        with other.together() as connection:
            other.directory(books).release(connection, "a batch of another run")

    with meanwhile(let_go):
        run = business.run()
    other.close()

    assert (run.state, run.message) == ("Completed", "2 orders in order")
    assert business.invoices() == {"1001": 1, "1002": 1}
    tries = {name.split(" shop")[0]: task.run_count for name, task in run.batch_tasks(1).items()}
    assert tries == {"reconcile customers": 2, "create invoices": 1}
    assert [log.message for log in run.logs() if "1 order to be tried again" in log.message]


def test_books_that_somebody_else_has_locked_cost_a_try_and_no_order(business: Business) -> None:
    business.sell(woo_order(id=1001))
    impatient = LocalBooks(business.integration.settings.accounting, timedelta(milliseconds=50))
    integration = replace(business.integration, books=impatient)
    fetch(integration)
    (batch,) = cut_into_batches(integration, "a run")

    for step in (reconcile_batch, invoice_batch):
        impatient.close_period(None)
        lock = sqlite3.connect(impatient.path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient):
            step(integration, batch)
        lock.close()
        step(integration, batch)

    assert business.is_invoiced(1001)
    assert len(business.customers()) == 1


def test_a_hold_is_not_tried_again(business: Business) -> None:
    business.sell(woo_order(id=1001, meta={"_billing_cvr": "1234567"}))

    run = business.run()

    assert [task.run_count for task in run.tasks(5).values()] == [1, 1, 1, 1, 1]


def test_wrong_settings_stop_the_run_at_once(business: Business) -> None:
    business.set_up(webshop='kind = "files"\npath = "nowhere"')

    run = business.run()

    assert (run.state, run.message) == (
        "Failed",
        "The folder in webshop.path doesn't exist: …. → Make the folder, or correct the path.",
    )
    assert name_of(run) == "sync-orders shop-dk: The folder in webshop.path doesn't exist"
    assert [task.run_count for task in run.tasks(1).values()] == [1]


def test_a_run_that_stopped_says_in_its_log_what_to_do_and_goes_on_when_it_is_mended(business: Business) -> None:
    business.sell(woo_order(id=1001))
    business.set_up(webshop='kind = "files"\npath = "nowhere"')
    run = business.run()

    wrong, then = warned(run)
    assert wrong == "The folder in webshop.path doesn't exist: ….\n→ Make the folder, or correct the path."
    assert "press Retry" in then
    business.set_up()
    assert (retried(run, sync_orders, business).state, business.is_invoiced(1001)) == ("Completed", True)


def test_a_key_that_is_refused_is_told_in_the_language_of_the_settings(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFSTEM_WEBSHOP_KEY", KEY)
    monkeypatch.setenv("AFSTEM_WEBSHOP_SECRET", "expired")
    with WooCommerceSimulator() as shop:
        business.set_up(webshop=f'kind = "woocommerce"\nurl = "{shop.url}"')
        in_danish(business)
        run = business.run()

    assert run.message.startswith("Adgangen i webshop blev afvist: ")
    assert "→ Kontrollér nøgle og hemmelighed i miljøvariablerne" in run.message
    assert name_of(run).startswith("sync-orders shop-dk: Adgangen i webshop blev afvist")
    assert "tryk Retry" in warned(run)[-1]


def test_a_shop_that_stays_down_stops_the_run_in_words(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.fetch_orders.fetch_orders.retries", 0)
    monkeypatch.setenv("AFSTEM_WEBSHOP_KEY", KEY)
    monkeypatch.setenv("AFSTEM_WEBSHOP_SECRET", SECRET)
    with WooCommerceSimulator() as shop:
        gone = shop.url
    business.set_up(webshop=f'kind = "woocommerce"\nurl = "{gone}"')

    run = business.run()

    assert run.message.startswith("The system in [webshop] can't be reached. → See whether its address is right")
    assert name_of(run) == "sync-orders shop-dk: The system in [webshop] can't be reached"


@pytest.mark.parametrize("language", ["da", "en"])
def test_settings_that_cannot_be_used_are_told_in_their_language_without_their_values(
    business: Business, language: str
) -> None:
    text = business.config.read_text(encoding="utf-8").replace('language = "en"', f'language = "{language}"')
    text = text.replace('"sqlite:///afstem.db"', '"mysql://afstem:hunter2@db/afstem"')
    business.config.write_text(f"{text}\n[run]\nbatch_size = 0", encoding="utf-8")

    run = business.run()

    begins = {"da": "store.url kan ikke være »…«. → Skriv", "en": 'store.url can\'t be "…". → Write'}
    assert run.message.startswith(begins[language])
    assert "run.batch_size" in run.message
    assert "store.url" in name_of(run)
    assert "hunter2" not in "".join([run.message, name_of(run), *(log.message for log in run.logs())])


def test_settings_that_are_not_there_are_told_in_danish(business: Business) -> None:
    business.config.unlink()

    run = business.run()

    assert run.message.startswith("Indstillingsfilen")
    assert name_of(run).startswith("sync-orders afstem: Indstillingsfilen")


def in_danish(business: Business) -> None:
    settings = business.config.read_text(encoding="utf-8")
    business.config.write_text(settings.replace('language = "en"', 'language = "da"'), encoding="utf-8")


def test_what_was_to_be_expected_is_logged_without_a_traceback(business: Business) -> None:
    business.sell(woo_order(id=1001, meta={"_billing_cvr": "1234567"}))
    held = business.run()
    business.set_up(webshop='kind = "files"\npath = "nowhere"')
    stopped = business.run()

    said = [log.message for run in (held, stopped) for log in run.logs()]

    assert [line for line in said if "1 order needs attention: 1 × cvr_length" in line]
    assert [line for line in said if "The folder in webshop.path doesn't exist" in line]
    assert not [line for line in said if "Traceback" in line or line.count("\n") > 1]


class SlowShop(FilesShop):
    """A shop whose orders take so long to read that somebody else does something in the meantime, once."""

    def __init__(self, settings: FilesWebshop, somebody: Callable[[], object]) -> None:
        super().__init__(settings)
        self._somebody = somebody

    def normalise(self, raw: RawOrder) -> Order:
        somebody, self._somebody = self._somebody, lambda: None
        somebody()
        return super().normalise(raw)


def test_what_another_run_did_while_the_shop_was_read_stands(business: Business) -> None:
    business.sell(woo_order(id=1001), woo_order(id=1002, meta={"_billing_cvr": "1234567"}))
    files = business.integration.settings.webshop
    assert isinstance(files, FilesWebshop)

    fetch(replace(business.integration, webshop=SlowShop(files, business.run)))

    assert business.stages() == {"1001": "booked", "1002": "held"}
    assert business.run().message == "nothing new; 1 order still needs attention"
    assert business.invoices() == {"1001": 1}


@task(**(RETRYING | {"retries": 1, "retry_delay_seconds": 0}))
def failing(fault: Exception) -> None:
    raise fault


@flow
def with_a_fault(fault: Exception) -> None:
    failing(fault)


@pytest.mark.parametrize(
    "fault", [Transient("unreachable", "webshop"), NeedsAttention("no_lines"), Misconfigured("bad_cvr")]
)
def test_our_own_errors_have_no_traceback_in_the_terminal(fault: AfstemError, caplog: pytest.LogCaptureFixture) -> None:
    assert with_a_fault(fault, return_state=True).is_failed()

    assert str(fault) in caplog.text
    assert "Traceback" not in caplog.text


def test_a_mistake_of_ours_keeps_its_traceback_and_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    run = Run(with_a_fault(ZeroDivisionError("of all things"), return_state=True))

    assert "Traceback" in caplog.text
    assert [log for log in run.logs() if "mistake in Afstem" in log.message and "raise fault" in log.message]
    assert [task.run_count for task in run.tasks(1).values()] == [1]
