"""A cube's reply as cells: half JSON-stat 1, half JSON-stat 2.

Belongs here: reading ids and sizes out of `dimension`, values by flat position, numbers out of texts. Does not belong here: what the nodes mean (observations.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from sources.national.fields import read_fields, retyped
from sources.national.outcome import SourceError
from sources.national.sampo.replies import SCHEMA

if TYPE_CHECKING:
    import polars as pl

SUPPRESSED = ".."


@dataclass(frozen=True)
class Cells:
    """Dimension → sid → place along it, in the order of the reply; and the cells that have a value, by flat row-major position, as sent."""

    places: dict[str, dict[str, int]]
    sizes: dict[str, int]
    values: dict[int, str]

    def sent(self, chosen: list[tuple[str, list[str]]]) -> pl.Series:
        """What stands in the cells of these nodes, dimension by dimension, the last one running fastest; null where nothing came."""
        import numpy as np
        import polars as pl

        strides = dict(zip(self.sizes, _strides(list(self.sizes.values())), strict=True))
        along = [np.array([self.places[name][sid] for sid in sids]) * strides[name] for name, sids in chosen]
        positions = sum(np.meshgrid(*along, indexing="ij")).ravel()
        known = pl.DataFrame(
            {"position": list(self.values), "sent": list(self.values.values())},
            schema={"position": pl.Int64, "sent": pl.String},
        )
        return pl.DataFrame({"position": positions}).join(known, on="position", how="left", maintain_order="left")[
            "sent"
        ]


def _strides(sizes: list[int]) -> list[int]:
    return [prod(sizes[place + 1 :]) for place in range(len(sizes))]


def read_cells(document: Any, what: str, notes: list[str]) -> Cells:
    """Read a reply. Raises SourceError when it has another form or contradicts itself."""
    notes += read_fields(SCHEMA, "cube", document, what)
    dimension = document["dataset"]["dimension"]
    ids, sizes = dimension["id"], dimension["size"]
    if len(ids) != len(sizes) or len(set(ids)) != len(ids) or set(ids) != set(dimension) - {"id", "size"}:
        raise SourceError(f"HVA-SAM-0-010: {what}: id {ids} and size {sizes} do not describe its dimensions"[:240])
    places = {name: dimension[name]["category"]["index"] for name in ids}
    for name, size in zip(ids, sizes, strict=True):
        along = list(places[name].values())
        if len(set(along)) != len(along) or (along and not 0 <= min(along) <= max(along) < size):
            raise SourceError(f"HVA-SAM-0-010: {what}: the places of {name} do not fit its size of {size}")
    return Cells(places, dict(zip(ids, sizes, strict=True)), _values(document["dataset"]["value"], prod(sizes), what))


def _values(sent: Any, size: int, what: str) -> dict[int, str]:
    """An empty reply has a list in place of an object."""
    if isinstance(sent, list):
        if sent:
            raise SourceError(f"HVA-SAM-0-011: {what}: {len(sent)} values came as a list in place of an object")
        return {}
    if others := {type(value).__name__ for value in sent.values()} - {"str"}:
        raise retyped(what, "a value", f"{min(others)}, text expected")
    if not all(key.isascii() and key.isdigit() and int(key) < size for key in sent):
        raise SourceError(f"HVA-SAM-0-011: {what}: a value has a place outside the {size} cells")
    return {int(key): value for key, value in sent.items()}


def typed_values(sent: pl.Series, what: str) -> pl.DataFrame:
    """`value` DECIMAL(18,6) and `value_status` out of texts: a decimal comma or point, two dots for what is withheld, nothing for what is not there."""
    import polars as pl

    text = sent.str.strip_chars()
    typed = pl.DataFrame({"text": text}).select(
        "text",
        value=pl.col("text").str.replace(",", ".", literal=True).cast(pl.Decimal(18, 6), strict=False),
        is_plain=pl.col("text").str.contains(r"^-?[0-9]+([.,][0-9]+)?$"),
    )
    wrong = typed.filter(
        pl.col("text").is_not_null()
        & (pl.col("text") != SUPPRESSED)
        & (~pl.col("is_plain") | pl.col("value").is_null())
    )
    if wrong.height:
        raise SourceError(
            f"HVA-SAM-0-012: {what}: {wrong['text'][0][:30]!r} is no number that can be kept (first of {wrong.height} cells)"
        )
    return typed.select(
        pl.when(pl.col("is_plain")).then("value").alias("value"),
        value_status=pl.when(pl.col("text").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("text") == SUPPRESSED)
        .then(pl.lit("suppressed"))
        .when(pl.col("value") == 0)
        .then(pl.lit("true_zero"))
        .otherwise(pl.lit("value")),
    )
