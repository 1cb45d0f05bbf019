"""Cutting orders into batches so that no customer of one batch appears in another."""

from collections.abc import Iterable


class Groups:
    """Orders that share an identity, directly or through others, end up in one group."""

    def __init__(self) -> None:
        self._orders: dict[str, str | None] = {}
        self._parents: dict[str, str] = {}

    def add(self, order: str, identities: Iterable[str]) -> None:
        """Put an order to the others of its identities; one without any stands alone."""
        roots = [self._root(identity) for identity in identities]
        for root in roots[1:]:
            self._parents[self._root(root)] = self._root(roots[0])
        self._orders[order] = roots[0] if roots else None

    def cut(self, size: int) -> list[list[str]]:
        """Whole groups packed into batches of about `size` orders, in the order in which they came.

        A group larger than that is a batch of its own: splitting it would let two batches write one customer.
        """
        groups: dict[str, list[str]] = {}
        for order, identity in self._orders.items():
            key = f"order {order}" if identity is None else f"identity {self._root(identity)}"
            groups.setdefault(key, []).append(order)
        batches: list[list[str]] = []
        for group in groups.values():
            if not batches or len(batches[-1]) + len(group) > size:
                batches.append([])
            batches[-1].extend(group)
        return batches

    def _root(self, identity: str) -> str:
        parent = self._parents.setdefault(identity, identity)
        while parent != identity:
            grand = self._parents[parent]
            self._parents[identity] = grand
            identity, parent = parent, grand
        return identity
