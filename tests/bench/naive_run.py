"""`python -m tests.bench.naive_run URL ORDERS CONNECTIONS`: the usual way, a task for each order with its look-ups."""

import json
import sys
import time
from typing import Any

import httpx
from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

from tests.orders import Json, woo_orders
from tests.simulators.economic import APP_SECRET, GRANT

BUYERS_OF_TEN = 4
ALWAYS: Json = {
    "currency": "DKK",
    "paymentTerms": {"paymentTermsNumber": 1},
}


@task
def bring_over(client: httpx.Client, order: Json) -> None:
    """Customer by e-mail, invoice by reference, then what is missing."""
    email, reference = order["billing"]["email"], f"naive-{order['number']}"
    found = _listed(client, "/customers", f"email$eq:{email}")
    customer = found[0] if found else _customer(client, order)
    if not any(
        _listed(client, f"/invoices/{where}", f"references.other$eq:{reference}") for where in ("drafts", "booked")
    ):
        draft = client.post("/invoices/drafts", json=_draft(order, customer, reference)).raise_for_status().json()
        number = {"draftInvoice": {"draftInvoiceNumber": draft["draftInvoiceNumber"]}}
        client.post("/invoices/booked", json=number).raise_for_status()


def _listed(client: httpx.Client, path: str, text: str) -> list[Json]:
    found: list[Json] = client.get(path, params={"filter": text}).raise_for_status().json()["collection"]
    return found


def _customer(client: httpx.Client, order: Json) -> Json:
    billing = order["billing"]
    body = {
        **ALWAYS,
        "name": billing.get("company") or f"{billing['first_name']} {billing['last_name']}",
        "email": billing["email"],
        "address": billing["address_1"],
        "zip": billing["postcode"],
        "city": billing["city"],
        "customerGroup": {"customerGroupNumber": 1},
        "vatZone": {"vatZoneNumber": 1},
    }
    made: Json = client.post("/customers", json=body).raise_for_status().json()
    return made


def _draft(order: Json, customer: Json, reference: str) -> Json:
    lines: list[dict[str, Any]] = [
        {
            "description": line["name"],
            "product": {"productNumber": "vare"},
            "quantity": line["quantity"],
            "unitNetPrice": round(float(line["total"]) / line["quantity"], 2),
        }
        for line in order["line_items"]
    ]
    return {
        **ALWAYS,
        "date": order["date_created"][:10],
        "layout": {"layoutNumber": 19},
        "customer": {"customerNumber": customer["customerNumber"]},
        "recipient": {"name": customer["name"], "vatZone": {"vatZoneNumber": 1}},
        "references": {"other": reference},
        "lines": lines,
    }


def main(url: str, count: int, connections: int) -> None:
    orders = list(woo_orders(count, count * BUYERS_OF_TEN // 10))
    tokens = {"X-AppSecretToken": APP_SECRET, "X-AgreementGrantToken": GRANT}
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)

    with httpx.Client(base_url=url, headers=tokens, limits=limits, timeout=60) as client:

        @flow(task_runner=ThreadPoolTaskRunner(max_workers=connections))
        def naive() -> None:
            for future in [bring_over.submit(client, order) for order in orders]:
                future.result()

        began = time.perf_counter()
        naive()
        print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
