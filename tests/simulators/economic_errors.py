"""How e-conomic says no: one frame, with the errors keyed by property, or as a list of sentences."""

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
Place = tuple[str | int, ...]
"""Where in the body, such as `("lines", 2, "product")`."""


class Refused(Exception):
    """An error as the API answers it."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = more.pop("headers", {})
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self.body: Json = {
            "message": message,
            "logId": "5a17c0ffee-CPH",
            "httpStatusCode": status,
            "logTime": now,
            **more,
        }


def not_found() -> Refused:
    """What isn't there."""
    return Refused(404, "Resource not found.", developerHint="Look at the enclosing collection.")


class Problems:
    """What is wrong with one request, property by property."""

    def __init__(self) -> None:
        self.count = 0
        self._tree: Json = {}

    def add(self, place: Place, code: str, message: str, value: Any = None) -> None:
        """`code` at `place`; an index stands between the name of a list and that of a property in it."""
        node = self._tree
        for step in place:
            node = _item(node, step) if isinstance(step, int) else node.setdefault(step, {})
        told = {"propertyName": str(place[-1]), "errorMessage": message, "errorCode": code, "inputValue": value}
        hint = {"developerHint": "Inspect the value."}
        node.setdefault("errors", []).append({k: v for k, v in told.items() if v is not None} | hint)
        self.count += 1

    def raise_if_any(self) -> None:
        """Refuse the request if something was found."""
        if self.count:
            plural = "" if self.count == 1 else "s"
            raise Refused(
                400,
                f"Validation failed. {self.count} error{plural} found.",
                errorCode="E04300",
                developerHint="Inspect validation errors and correct your request.",
                errors=self._tree,
                errorCount=self.count,
            )


def _item(node: Json, index: int) -> Json:
    items: list[Json] = node.setdefault("items", [])
    for item in items:
        if item["arrayIndex"] == index:
            return item
    items.append({"arrayIndex": index})
    return items[-1]
