"""Documents held against the rules: the authority's where they were taken in, and always our own."""

from pathlib import Path
from types import TracebackType

from lxml import etree

from adapters.einvoicing.checks import beyond_the_rules, mandatory
from adapters.einvoicing.hostile_xml import parsed
from adapters.einvoicing.official import OfficialRules
from adapters.einvoicing.ruleset import installed
from domain.einvoices import Verdict


class Rules:
    """The official rules and ours, or ours alone. Close it, or use it as a context: it may keep a process."""

    def __init__(self, official: OfficialRules | None) -> None:
        self._official = official

    @classmethod
    def in_folder(cls, folder: Path) -> "Rules":
        """With the rule set of the settings' folder; our own checks alone where none was taken in.

        Raises `Misconfigured` where it is damaged.
        """
        ruleset = installed(folder)
        return cls(OfficialRules(ruleset) if ruleset else None)

    def verdict(self, document: bytes) -> Verdict:
        """What is wrong with a document of any type. What must stand in it is told by the official rules, where
        there are some for its type, and else by our own checks.

        Raises `NeedsAttention` where it can't be read as XML, or stopped the rules themselves.
        """
        root = parsed(document, "document")
        found = self._official.violations(document) if self._official else None
        ruleset = self._official.ruleset if self._official and found is not None else None
        return Verdict(
            document=etree.QName(root).localname[:100],
            number=(root.findtext("{*}ID") or "").strip()[:100],
            rules=ruleset.version if ruleset else "",
            sha256=ruleset.sha256 if ruleset else "",
            violations=(*(mandatory(root) if found is None else found), *beyond_the_rules(root)),
        )

    def close(self) -> None:
        """End the process that the official rules work in."""
        if self._official:
            self._official.close()

    def __enter__(self) -> "Rules":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
