"""The vendor's own schemas: each request is held against them, and in the tests each answer."""

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft3Validator, validators
from jsonschema.exceptions import ValidationError

from tests.simulators.economic_errors import Json, Place, Problems

REQUESTS = {
    "POST /customers": "customers.post",
    "PUT /customers/N": "customers.customerNo.put",
    "POST /customers/N/contacts": "customers.customerNumber.contacts.post",
    "PUT /customers/N/contacts/N": "customers.customerNumber.contacts.contactNumber.put",
    "POST /customers/N/delivery-locations": "customers.customerNumber.delivery-locations.post",
    "PUT /customers/N/delivery-locations/N": "customers.customerNumber.delivery-locations.deliveryLocationNumber.put",
    "POST /products": "products.post",
    "PUT /products/N": "products.productNumber.put",
    "POST /invoices/drafts": "invoices.drafts.post",
    "PUT /invoices/drafts/N": "invoices.drafts.draftInvoiceNumber.put",
    "POST /invoices/booked": "invoices.booked.post",
}
ANSWERS = {
    "/self": "self",
    "/customers": "customers",
    "/customers/N": "customers.customerNumber",
    "/customers/N/contacts": "customers.customerNumber.contacts",
    "/customers/N/contacts/N": "customers.customerNumber.contacts.contactNumber",
    "/customers/N/delivery-locations": "customers.customerNumber.delivery-locations",
    "/customers/N/delivery-locations/N": "customers.customerNumber.delivery-locations.deliveryLocationNumber",
    "/customer-groups": "customer-groups",
    "/payment-terms": "payment-terms",
    "/vat-zones": "vat-zones",
    "/layouts": "layouts",
    "/units": "units",
    "/currencies": "currencies",
    "/product-groups": "product-groups",
    "/product-groups/N/sales-accounts": "product-groups.productGroupNumber.sales-accounts",
    "/products": "products",
    "/products/N": "products.productNumber",
    "/invoices/drafts": "invoices.drafts",
    "/invoices/drafts/N": "invoices.drafts.draftInvoiceNumber",
    "/invoices/booked": "invoices.booked",
    "/invoices/booked/N": "invoices.booked.bookedInvoiceNumber",
    "/invoices/sent": "invoices.sent",
}
ITEM_OF = {
    "POST /customers": "/customers/N",
    "POST /customers/N/contacts": "/customers/N/contacts/N",
    "POST /customers/N/delivery-locations": "/customers/N/delivery-locations/N",
    "POST /products": "/products/N",
    "POST /invoices/drafts": "/invoices/drafts/N",
    "POST /invoices/booked": "/invoices/booked/N",
}
"""What a creation answers is one of its collection."""
CODES = {"required": "E04042", "maxDecimal": "E04740", "pattern": "E04760"}
"""Of what else a schema forbids no code was seen; it gets that of the whole."""


class Schemas:
    """The schemas in this folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check_request(self, kind: str, body: Any, problems: Problems) -> None:
        """Find what the vendor's schema for this call forbids."""
        if name := REQUESTS.get(kind):
            for error in _validator(self._folder / f"{name}.schema.json").iter_errors(body):
                problems.add(*_told(error))

    def check_answer(self, kind: str, body: Any) -> list[str]:
        """What is wrong with an answer; nothing where the vendor has no schema for it."""
        method, path = kind.split(" ")
        name = ANSWERS.get(ITEM_OF.get(kind, path)) if method != "DELETE" else None
        if name is None:
            return []
        errors = _validator(self._folder / f"{name}.get.schema.json").iter_errors(body)
        return [f"{kind}: {'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@cache
def _validator(path: Path) -> Any:
    schema: Json = json.loads(path.read_text(encoding="utf-8-sig"))
    return validators.extend(Draft3Validator, {"maxDecimal": _decimals, "pattern": _anchored})(schema)


def _decimals(validator: Any, most: int, value: Any, schema: Json) -> Any:
    if isinstance(value, Decimal) and value != round(value, most):
        yield ValidationError(f"{value} has more than {most} decimals")


def _anchored(validator: Any, pattern: str, value: Any, schema: Json) -> Any:
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} is not of the form {pattern}")


def _told(error: ValidationError) -> tuple[Place, str, str, Any]:
    value = error.instance if isinstance(error.instance, str | int) else None
    code = CODES.get(str(error.validator), "E04300")
    return tuple(error.absolute_path) or ("body",), code, error.message, value
