"""The address that stands on an invoice: one of its customer's in Tryton, made there once where it has none like it.

The buyer of an order that goes on a collecting customer is named by such an address; the customer itself stays as it
is. What a crash leaves is an address without an invoice, which the next try finds.
"""

from collections.abc import Mapping, Sequence

from adapters.accounting.tryton_lines import address_fields
from adapters.accounting.tryton_rpc import Row, TrytonServer
from adapters.accounting.tryton_terms import Terms
from domain.invoices import Invoice

FIELDS = ("party_name", "attn", "street", "postal_code", "city", "country")
PLACE = ("street", "postal_code", "city")
Written = tuple[object, ...]


def addresses_of(
    server: TrytonServer, invoices: Sequence[Invoice], parties: Mapping[str, Row], terms: Terms
) -> list[int]:
    """The record of the address of each invoice."""
    wanted = [_wanted(invoice, parties[invoice.customer], terms) for invoice in invoices]
    own = {party["id"]: min(party["addresses"], default=0) for party in parties.values()}
    codes = sorted({str(row["postal_code"] or "") for _, row in wanted})
    domain = [
        ["party", "in", [party for party, _ in wanted]],
        ["OR", ["postal_code", "in", codes], ["id", "in", list(own.values())]],
    ]
    standing = server.search_read("party.address", domain, ("party", *FIELDS), order=[["id", "DESC"]])
    known = {(row["party"], _written(row)): int(row["id"]) for row in standing}
    missing: dict[tuple[int, Written], Row] = {}
    for party, row in wanted:
        if not any(row[name] for name in (*PLACE, "party_name", "attn")) and own[party]:
            known[party, _written(row)] = own[party]
        elif (party, _written(row)) not in known:
            missing[party, _written(row)] = {**row, "party": party}
    if missing:
        made = server.call("model.party.address.create", list(missing.values()))
        known.update(zip(missing, made, strict=True))
    return [known[party, _written(row)] for party, row in wanted]


def _wanted(invoice: Invoice, party: Row, terms: Terms) -> tuple[int, Row]:
    """The address, without the name where it is the customer's own."""
    row = address_fields(invoice, terms)
    if row["party_name"] == party["name"]:
        row["party_name"] = None
    return party["id"], row


def _written(row: Row) -> Written:
    """By what two addresses are the same; Tryton writes an empty text as none, and drops space around one."""
    return tuple(value.strip() if isinstance(value, str) else value or "" for value in (row[name] for name in FIELDS))
