"""The process that holds documents against the official rules: `python -m adapters.einvoicing.worker FOLDER`.

A process of its own, since the XSLT processor is native code that may abort, and takes a second to compile a
stylesheet and some hundred megabytes to keep it. A document comes in on stdin and its violations go out on stdout as
JSON, each after its length in four bytes; it ends with its stdin.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor  # type: ignore[import-not-found]

from adapters.einvoicing.frames import read_frame, write_frame
from adapters.einvoicing.hostile_xml import parsed
from adapters.einvoicing.ruleset import RuleSet, installed
from domain.einvoices import SCHEMA

MOST = 500
LONGEST = 2_000
"""So many violations of a document are told, and each in so many characters: it may repeat what stood there."""
_RULE = re.compile(r"\s*\[(?P<rule>[\w-]+)\]:?\s*(?P<text>.*)", re.DOTALL)

Told = dict[str, Any]
"""`rule`, `fatal`, `place` and `text` of a violation."""


class Examiner:
    """The rule set compiled, type by type as it is first asked for, and then kept."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._processor = PySaxonProcessor(license=False)
        self._schemas: dict[str, etree.XMLSchema | None] = {}
        self._stylesheets: dict[str, Any] = {}

    def examined(self, data: bytes) -> Told:
        """`known`: whether there are rules for its type, and the `violations`: of the schema, else of the rules."""
        root = parsed(data, "document")
        name = etree.QName(root)
        schema = self._schema(name)
        if schema is None or not self._ruleset.stylesheet(name.localname).is_file():
            return {"known": False, "violations": []}
        if not schema.validate(root):
            return {"known": True, "violations": [_of_schema(error) for error in islice(schema.error_log, MOST)]}
        return {"known": True, "violations": list(islice(self._of_rules(name.localname, root), MOST))}

    def _schema(self, name: etree.QName) -> etree.XMLSchema | None:
        if name.text not in self._schemas:
            self._schemas[name.text] = None
            for path in self._ruleset.schemas(name.localname):
                schema = etree.parse(path)
                if schema.getroot().get("targetNamespace") == name.namespace:
                    self._schemas[name.text] = etree.XMLSchema(schema)
        return self._schemas[name.text]

    def _of_rules(self, document: str, root: etree._Element) -> Iterator[Told]:
        if document not in self._stylesheets:
            path = str(self._ruleset.stylesheet(document))
            compiled = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)
            self._stylesheets[document] = compiled
        node = self._processor.parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
        report = self._stylesheets[document].transform_to_string(xdm_node=node)
        for error in etree.fromstring(report.encode()).iter("Error"):
            yield _of_rule(error.findtext("Description") or "", error.findtext("Xpath") or "")


def _of_schema(error: Any) -> Told:
    return {"rule": SCHEMA, "fatal": True, "place": error.path or "", "text": error.message[:LONGEST]}


def _of_rule(description: str, place: str) -> Told:
    """The official results call everything an error: only the prefix tells a warning apart."""
    found = _RULE.fullmatch(" ".join(description.split()))
    rule = found["rule"] if found else "?"
    text = found["text"] if found else description
    return {"rule": rule, "fatal": not rule.startswith("W-"), "place": place, "text": text[:LONGEST]}


def main() -> None:
    """Answer until there is nothing more to read. Whatever libraries print goes to stderr, not between the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    ruleset = installed(Path(sys.argv[1]))
    if ruleset is None:
        sys.exit(2)
    examiner = Examiner(ruleset)
    while (data := read_frame(sys.stdin.buffer)) is not None:
        try:
            answer = examiner.examined(data)
        except (PySaxonApiError, etree.LxmlError) as error:
            answer = {"failed": str(error)[:500]}
        write_frame(answers, json.dumps(answer).encode())


if __name__ == "__main__":
    main()
