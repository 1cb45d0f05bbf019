"""How e-conomic says no: one frame, with the errors keyed by property, or as a list of sentences."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

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
            raise self.refusal()

    def refusal(self) -> Refused:
        """All of it in one answer."""
        plural = "" if self.count == 1 else "s"
        return Refused(
            400,
            f"Validation failed. {self.count} error{plural} found.",
            errorCode="E04300",
            developerHint="Inspect validation errors and correct your request.",
            errors=self._tree,
            errorCount=self.count,
        )


Shape = Literal["properties", "objects", "sentences", "message"]


def repeating(body: Any, shape: Shape) -> Json:
    """A refusal that repeats every text of the request, in one of the shapes in which errors come."""
    problems, texts = Problems(), list(_texts(body, ()))
    for place, text in texts:
        problems.add(place, "E04300", f"The value '{text}' is not valid.", text)
    told = problems.refusal().body
    sentences = [f"{place[-1]}: the value '{text}' is not valid." for place, text in texts]
    objects = [
        {"propertyName": str(place[-1]), "errorMessage": sentence, "inputValue": text, "errorCode": "E04300"}
        for (place, text), sentence in zip(texts, sentences, strict=True)
    ]
    errors: dict[Shape, Json] = {"objects": {"errors": objects}, "sentences": {"errors": sentences}}
    if shape == "message":
        return {**{name: told[name] for name in told if name != "errors"}, "message": " ".join(sentences)}
    return told | errors.get(shape, {})


def _texts(body: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(body, str):
        yield place, body
    for name, inner in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        yield from _texts(inner, (*place, name))


def _item(node: Json, index: int) -> Json:
    items: list[Json] = node.setdefault("items", [])
    for item in items:
        if item["arrayIndex"] == index:
            return item
    items.append({"arrayIndex": index})
    return items[-1]
