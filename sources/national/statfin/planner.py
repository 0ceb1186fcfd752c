"""Splitting one query into parts that the server will answer.

Belongs here: the arithmetic of selected cells, for a visit and for the plan of one alike. Does not belong here: what is selected, and asking for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from sources.national.outcome import SourceError

Selection = Mapping[str, Sequence[str]]


def cells(selection: Selection) -> int:
    """How many cells the selection asks for: the product of the selected values of each variable."""
    return prod(len(values) for values in selection.values())


def split(selection: Selection, max_cells: int, order: Sequence[str]) -> list[dict[str, tuple[str, ...]]]:
    """Parts of `selection` that together ask for each of its cells exactly once, each for at most `max_cells`.

    The variables in `order` are cut first, one after the other, then the rest in the order of the selection; a variable is cut only when cutting
    those before it was not enough. Within a part and over the parts the values keep their order. Raises SourceError when the limit is below one
    cell or a variable has no value selected.
    """
    if max_cells < 1:
        raise SourceError(f"the server allows {max_cells} cells a query: nothing can be asked; check its ?config")
    if empty := [code for code, values in selection.items() if not values]:
        raise SourceError(f"no value of variable {empty[0]} is selected: check the table's metadata")
    whole = {code: tuple(values) for code, values in selection.items()}
    ranked = [code for code in order if code in whole] + [code for code in whole if code not in order]
    return _split(whole, max_cells, ranked)


def _split(part: dict[str, tuple[str, ...]], max_cells: int, ranked: list[str]) -> list[dict[str, tuple[str, ...]]]:
    size = cells(part)
    if size <= max_cells:
        return [part]
    cut = next(code for code in ranked if len(part[code]) > 1)
    values = part[cut]
    step = max(1, max_cells // (size // len(values)))
    pieces = [part | {cut: values[start : start + step]} for start in range(0, len(values), step)]
    return [smaller for piece in pieces for smaller in _split(piece, max_cells, ranked)]
