"""Finding customers: the wanted identities of many orders joined to the directory of all customers at once."""

import pandas as pd

WANTED = ["order", "rank", "field", "value"]
DIRECTORY = ["field", "value", "number"]


def match(wanted: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """Which customers each order's identities hit; the lowest rank with any hit decides.

    `wanted` has the columns order, rank, field, value; `directory` field, value, number; all normalised text but
    the rank. The result has a row for each order of `wanted`, in its order: order, hits (a tuple of the distinct
    numbers, sorted, empty where nothing hit), field and value (by which). An empty or missing value hits nothing.
    """
    orders = wanted[["order"]].drop_duplicates()
    hits = _said(wanted).merge(_said(directory[DIRECTORY]), on=["field", "value"])
    hits = hits[hits["rank"] == hits.groupby("order")["rank"].transform("min")]
    hits = hits.drop_duplicates(["order", "number"])
    several = hits["order"].duplicated(keep=False)
    ambiguous = hits[several].sort_values("number").groupby("order")["number"].agg(tuple)
    first = hits.drop_duplicates("order").set_index("order")
    numbers = pd.Series([(number,) for number in first["number"]], index=first.index, dtype=object)
    numbers.loc[ambiguous.index] = ambiguous
    found = orders.join(first[["field", "value"]].assign(hits=numbers), on="order")
    missed = found["hits"].isna()
    found["hits"] = [() if nothing else hit for hit, nothing in zip(found["hits"], missed, strict=True)]
    return found[["order", "hits", "field", "value"]].fillna({"field": "", "value": ""}).reset_index(drop=True)


def _said(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that say something; pandas would join missing values to each other."""
    said = rows.dropna(subset=["value"])
    return said[said["value"] != ""].astype({"field": "str", "value": "str"})
