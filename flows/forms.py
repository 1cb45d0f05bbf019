"""What a person fills in to start a run: each parameter of the flows, as the form in Prefect shows it."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from domain.sentences import SENTENCES

Integration = Annotated[
    str,
    Field(
        description="The settings file of the integration: a path, or a name in AFSTEM_CONFIG_DIR. Leave it as it is."
    ),
]
Since = Annotated[
    datetime | None,
    Field(description="Read the shop's changes from this moment on, instead of from where the last run ended."),
]
Days = Annotated[int, Field(ge=1, le=3650, description="So many days of changes are read again from the shop.")]
FirstDay = Annotated[date, Field(description="The first day of the period, by order date in Denmark.")]
LastDay = Annotated[date, Field(description="The last day of the period, itself included.")]
ShardDays = Annotated[int, Field(ge=1, le=366, description="So many days make a shard, which is a run of its own.")]
Cause = Annotated[
    str,
    Field(
        description="Only orders that are held for this cause; empty for every cause.",
        json_schema_extra={"enum": ["", *sorted(SENTENCES)]},
    ),
]
BatchId = Annotated[
    str, Field(description="Only the orders of this batch, as the run's tasks name it; empty for all batches.")
]
OrderNumbers = Annotated[
    list[str], Field(description="Only orders with these numbers, several in one line with commas; none for all.")
]
OrderNumber = Annotated[
    str, Field(min_length=1, description="The number of an order that is held because several customers fit.")
]
CustomerNumber = Annotated[
    str, Field(min_length=1, description="The number, in the books, of the customer that the order is for.")
]
