"""Who sells, as an e-invoice must say it, and where the money is to go: `[einvoicing.seller]` in the settings."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from stdnum import bic, iban, luhn

from domain.countries import COUNTRIES
from domain.identity import HOME, is_cvr, normalise
from domain.rules import Number, Rules

FIK_LENGTHS = {"71": 15, "73": 0, "75": 16}
"""How many digits the payment id of each kind of payment slip has, its check digit included."""


def _wrong(expected: str) -> PydanticCustomError:
    """Told by examples, which read the same in either language."""
    return PydanticCustomError("settings_bad_value", "{expected}", {"expected": expected})


def _cvr(text: str) -> str:
    if not is_cvr(text):
        raise PydanticCustomError("settings_own_number", "no CVR number")
    return normalise("cvr", text)[0]


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise _wrong("DK, SE, DE …")
    return text


def _iban(text: str) -> str:
    if not iban.is_valid(text):
        raise _wrong("DK50 0040 0440 1162 43 …")
    return iban.compact(text)


def _bic(text: str) -> str:
    if not bic.is_valid(text):
        raise _wrong("DABADKKK, NDEADKKKXXX …")
    return bic.compact(text)


def _digits(fewest: int, most: int) -> AfterValidator:
    """So many digits, and not zeros alone: the official rules refuse a registration number of 0000."""
    told = f"{'1'.zfill(fewest)} – {'9' * most}"

    def checked(text: str) -> str:
        if not (text.isascii() and text.isdigit() and fewest <= len(text) <= most and int(text)):
            raise _wrong(told)
        return text

    return AfterValidator(checked)


class DanishAccount(Rules):
    """A Danish bank account: registration number and account number."""

    kind: Literal["bank"]
    registration: Annotated[Number, _digits(4, 4)]
    account: Annotated[Number, _digits(1, 10)]


class Iban(Rules):
    """An account by its IBAN and the bank's BIC, for payments from anywhere."""

    kind: Literal["iban"]
    iban: Annotated[str, AfterValidator(_iban)]
    bic: Annotated[str, AfterValidator(_bic)]


class Fik(Rules):
    """A payment slip (fælles indbetalingskort) by its creditor number.

    On 71 and 75 the payment id is the invoice's number with a check digit, on 73 there is none.
    """

    kind: Literal["fik"]
    creditor: Annotated[Number, _digits(8, 8)]
    card: Literal["71", "73", "75"] = "71"


class NemKonto(Rules):
    """The account that the authorities know the company by."""

    kind: Literal["nemkonto"]


Payment = DanishAccount | Iban | Fik | NemKonto


class Seller(Rules):
    """The company that invoices. The country is ISO 3166 alpha-2; without `payment` no account is named.

    `payment_days` is how long the receiver has where the books tell no due date.
    """

    name: str = Field(min_length=1, max_length=250)
    cvr: Annotated[Number, AfterValidator(_cvr)]
    street: str = Field(min_length=1)
    zip: Annotated[Number, Field(min_length=1)]
    city: str = Field(min_length=1)
    country: Annotated[str, AfterValidator(_country)] = HOME
    contact: str = ""
    email: str = Field(default="", max_length=254)
    phone: Number = ""
    payment: Payment | None = Field(default=None, discriminator="kind")
    payment_days: int = Field(default=30, ge=0, le=365)


def payment_id(slip: Fik, number: str) -> str:
    """The digits by which a payment on a slip is known again: the invoice's number, filled up, with a check digit.

    Empty where the number isn't digits or has too many, and always on card 73.
    """
    length = FIK_LENGTHS[slip.card]
    if not length or not (number.isascii() and number.isdigit()) or len(number) >= length:
        return ""
    filled = number.zfill(length - 1)
    return filled + luhn.calc_check_digit(filled)
