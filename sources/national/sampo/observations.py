"""A cube's cells as typed rows, and what must hold of them before they are kept.

Belongs here: which cell is which figure, and comparing with the last good snapshot. Does not belong here: reading the reply (cube.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError
from sources.national.sampo.cube import Cells, typed_values
from sources.national.sampo.definitions import Cube
from sources.national.sampo.dimensions import ROLES, Selection

if TYPE_CHECKING:
    import polars as pl

COLUMNS = ("topic", "region_code", "period_start", "category", "measure", "value", "value_status", "origin")


def observation_rows(cube: Cube, selection: Selection, cells: Cells, simulated: bool) -> pl.DataFrame:
    """One row per region, month, category and measure asked for, in their order. Raises SourceError when the reply is about something else."""
    import polars as pl

    _require_asked(cube, selection, cells)
    chosen = [(selection.dimensions[role], list(selection.nodes[role])) for role in ROLES]
    keys = pl.DataFrame()
    for role, name in zip(ROLES, COLUMNS[1:5], strict=True):
        codes = pl.DataFrame({name: list(selection.nodes[role].values())})
        keys = codes if keys.is_empty() else keys.join(codes, how="cross", maintain_order="left_right")
    return (
        keys.with_columns(
            typed_values(cells.sent(chosen), cube.topic),
            topic=pl.lit(cube.topic),
            period_start=pl.col("period_start").str.to_date(),
            origin=pl.lit("synthetic" if simulated else "published"),
        )
        .select(COLUMNS)
        .sort("region_code", "period_start", "category", "measure")
    )


def _require_asked(cube: Cube, selection: Selection, cells: Cells) -> None:
    for role in ROLES:
        name = selection.dimensions[role]
        if name not in cells.places:
            raise SourceError(f"HVA-SAM-0-013: {cube.topic}: the reply has no dimension {name}: no data was found")
        lost = [sid for sid in selection.nodes[role] if sid not in cells.places[name]]
        if lost or len(cells.places[name]) != len(selection.nodes[role]):
            raise SourceError(
                f"HVA-SAM-0-013: {cube.topic}: {len(selection.nodes[role])} nodes of {name} were asked, {len(cells.places[name])} came"
            )
    if strangers := set(cells.places) - set(selection.dimensions.values()):
        raise SourceError(f"HVA-SAM-0-013: {cube.topic}: the reply has the dimension {min(strangers)[:40]} besides")


def require_figures(frame: pl.DataFrame, before: dict[str, Any] | None) -> int:
    """How many figures there are, withheld ones too: some, and no fewer than the last good snapshot had. Raises SourceError."""
    figures = frame.filter(frame["value_status"] != "missing").height
    if frame["value"].count() == 0:
        raise SourceError("HVA-SAM-0-014: the reply has no figure at all: the last good snapshot stays")
    if before is not None and figures < before["values"]:
        raise SourceError(
            f"HVA-SAM-0-015: {figures} figures where the last good snapshot had {before['values']}: that one stays"
        )
    return figures
