"""The proof as one HTML page to file: no script, nothing from elsewhere, made to be printed on A4."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from deployments.commands.report_sections import Section, names_of, period_told, sums_of, verdict
from deployments.commands.telling import shown
from domain.days import COPENHAGEN
from domain.outcomes import Finding
from domain.proof import Proof
from domain.words import Words

MOST_NAMED = 5000

STYLE = """
:root { --ink: #1c2321; --soft: #5d6965; --line: #d9dfdc; --paper: #fff; --well: #1f6b4a; --ill: #a3341f }
* { box-sizing: border-box }
body { margin: 0; background: #eef1ef; color: var(--ink); font: 14px/1.5 "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums }
main { max-width: 210mm; min-height: 297mm; margin: 24px auto; padding: 18mm 16mm 16mm; background: var(--paper);
  box-shadow: 0 1px 8px rgb(0 0 0 / .12) }
header { display: flex; justify-content: space-between; align-items: flex-end; border-bottom: 2px solid var(--ink);
  padding-bottom: 10px }
h1 { margin: 0; font: 600 30px/1.1 Georgia, "Times New Roman", serif; letter-spacing: -.01em }
header p { margin: 0; text-align: right; color: var(--soft); font-size: 12px }
header strong { display: block; color: var(--ink); font-size: 14px }
.verdict { display: flex; gap: 10px; align-items: center; margin: 16px 0 4px; padding: 10px 14px; font-size: 16px;
  font-weight: 600; border-left: 4px solid; background: #f5f7f6 }
.well { color: var(--well) } .ill { color: var(--ill) }
section { margin-top: 22px }
h2 { margin: 0 0 4px; font: 600 16px/1.3 Georgia, "Times New Roman", serif; break-after: avoid }
.note { margin: 4px 0 0; color: var(--soft); font-size: 11.5px }
table { width: 100%; border-collapse: collapse; font-size: 12px }
thead { display: table-header-group }
th { padding: 4px 6px; color: var(--soft); font-weight: 600; text-align: left; vertical-align: bottom;
  border-bottom: 1px solid var(--ink) }
td { padding: 4px 6px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
tr { break-inside: avoid }
.figure { text-align: right; white-space: nowrap }
th.figure { white-space: normal }
.sum td { font-weight: 600; background: #f5f7f6 }
.off { color: var(--ill); font-weight: 600 }
footer { margin-top: 28px; padding-top: 8px; border-top: 1px solid var(--line); color: var(--soft); font-size: 11px }
.sign { display: flex; gap: 24px; margin-top: 44px; break-inside: avoid }
.sign span { flex: 1; padding-top: 4px; border-top: 1px solid var(--ink); color: var(--soft); font-size: 11px }
@page { size: A4; margin: 14mm 13mm }
@media print {
  body { background: none; font-size: 12px }
  main { max-width: none; min-height: 0; margin: 0; padding: 0; box-shadow: none }
  * { print-color-adjust: exact }
}
"""


def page(name: str, proof: Proof, attention: Sequence[tuple[str, Finding]], words: Words) -> str:
    """The whole page, in the settings' language."""
    title = f"{words('report')} · {name} · {period_told(proof.period, words)}"
    made = f"{datetime.now(UTC).astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
    sections = [*sums_of(proof, words), *names_of(proof, attention, words, MOST_NAMED)]
    signs = "".join(f"<span>{_text(words(key))}</span>" for key in ("date", "signed_by"))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{words.language}"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>",
            f"<header><h1>{_text(words('report'))}</h1>",
            f"<p><strong>{_text(name)}</strong>{_text(period_told(proof.period, words))}</p></header>",
            f'<p class="verdict {"well" if proof.complete else "ill"}">{"✓" if proof.complete else "!"}',
            f"<span>{_text(verdict(proof, words))}</span></p>",
            *(_section(section, words) for section in sections),
            f'<div class="sign">{signs}</div>',
            f"<footer>{_text(words('made_by', made=made))}</footer>",
            "</main></body></html>\n",
        ]
    )


def _section(section: Section, words: Words) -> str:
    heads = "".join(
        f'<th scope="col"{_class("figure" if index >= section.numbers else "")}>{_text(column)}</th>'
        for index, column in enumerate(section.columns)
    )
    rows = "\n".join(_row(section, index, words) for index in range(len(section.rows)))
    note = f'<p class="note">{_text(section.note)}</p>' if section.note else ""
    return (
        f"<section><h2>{_text(section.title)}</h2><table><thead><tr>{heads}</tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table>{note}</section>"
    )


def _row(section: Section, index: int, words: Words) -> str:
    """One row; a difference that isn't nothing stands out."""
    must_be_nothing = {words(name) for name in ("difference", "diff", "unconfirmed_vat")}
    cells = []
    for place, (column, value) in enumerate(zip(section.columns, section.rows[index], strict=True)):
        off = column in must_be_nothing and any(digit in value for digit in "123456789")
        names = " ".join(name for name, holds in (("figure", place >= section.numbers), ("off", off)) if holds)
        cells.append(f"<td{_class(names)}>{_text(value)}</td>")
    return f"<tr{_class('sum' if index in section.totals else '')}>{''.join(cells)}</tr>"


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def _text(value: object) -> str:
    """A value as text of the page: whatever it holds is never markup, and no control character is left in it."""
    return escape(shown(value))
