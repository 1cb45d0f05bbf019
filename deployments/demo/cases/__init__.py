"""Every order of the demo with what it shows and what should come of it: nine days of a shop, from 1 November 2026."""

from deployments.demo.cases import abroad, amounts, broken, companies, course, private, public, texts
from deployments.demo.cases.case import Case

DAYS: dict[str, list[Case]] = {
    "Private buyers": private.CASES,
    "Companies": companies.CASES,
    "Public authorities": public.CASES,
    "Abroad": abroad.CASES,
    "Amounts": amounts.CASES,
    "Names and texts": texts.CASES,
    "What counts, and money given back": course.CASES,
    "Broken orders": broken.CASES,
}
CASES: list[Case] = [case for day in DAYS.values() for case in day]
