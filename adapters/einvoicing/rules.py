"""Documents held against the rules: the authority's where they were taken in, and always our own."""

from pathlib import Path
from types import TracebackType

from lxml import etree

from adapters.einvoicing.checks import beyond_the_rules, mandatory
from adapters.einvoicing.elements import DOCUMENT
from adapters.einvoicing.hostile_xml import parsed
from adapters.einvoicing.official import OfficialRules
from adapters.einvoicing.ruleset import installed
from domain.einvoices import SCHEMA, Verdict
from domain.outcomes import NeedsAttention


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
        """What is wrong with a document of any type.

        What must stand in it is told by the official rules where there are some for its type, and by our own checks
        where there are none or the schema alone has spoken: that tells of a missing element at the next one.
        Raises `NeedsAttention` where it can't be read as XML, is no OIOUBL, or stopped the rules themselves.
        """
        root = parsed(document, "document")
        name = etree.QName(root)
        if name.namespace != DOCUMENT.format(name.localname):
            raise NeedsAttention("xml_not_oioubl", "document", name.localname)
        official = self._official.violations(document) if self._official else None
        ruleset = self._official.ruleset if self._official and official is not None else None
        own = mandatory(root) if official is None or any(one.rule == SCHEMA for one in official) else []
        return Verdict(
            document=name.localname[:100],
            number=(root.findtext("{*}ID") or "").strip()[:100],
            rules=ruleset.version if ruleset else "",
            sha256=ruleset.sha256 if ruleset else "",
            violations=(*own, *(official or ()), *beyond_the_rules(root)),
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
