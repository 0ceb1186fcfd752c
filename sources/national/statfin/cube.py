"""A json-stat2 reply as arrays.

Belongs here: reading the reply by role, id and size into one dense array, whatever the form of its values, and refusing what does not add up.
Does not belong here: what the dimensions mean (population.py), and asking for the reply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import numpy as np

ORIGIN_LABEL = "sotevarasto_simulator"
_NUMBERS = {int, float, type(None)}


@dataclass(frozen=True)
class Cube:
    """One reply. Arrays are flat, row-major over `codes` (dimension → its value codes in the reply's order).

    `values` is float64 with NaN where there is no number; `status` holds the symbol of a cell or ''. `published` tells the real cells of a simulated reply
    from its synthetic ones and is None when the reply does not say. `updated` is the release's own time stamp as sent (ISO 8601, UTC).
    """

    updated: str
    labels: dict[str, str]
    roles: dict[str, tuple[str, ...]]
    codes: dict[str, tuple[str, ...]]
    values: np.ndarray
    status: np.ndarray
    published: np.ndarray | None

    def positions(self, dimension: str) -> np.ndarray:
        """For each cell, the position of its code in `codes[dimension]`."""
        import numpy as np

        names = list(self.codes)
        sizes = [len(codes) for codes in self.codes.values()]
        at = names.index(dimension)
        along = np.repeat(np.arange(sizes[at]), prod(sizes[at + 1 :]))
        return np.tile(along, prod(sizes[:at]))


def parse_cube(document: Any) -> Cube:
    """Read a json-stat2 dataset. Raises SourceError, in one line, when it is anything else or contradicts itself."""
    if not isinstance(document, dict) or document.get("class") != "dataset" or "value" not in document:
        raise SourceError(f"the reply is no json-stat2 dataset ({str(document)[:60]!r}): the protocol may have changed")
    updated = _updated(document.get("updated"))
    codes = _codes(document)
    size = prod(len(values) for values in codes.values())
    extension = document.get("extension")
    label = extension.get(ORIGIN_LABEL) if isinstance(extension, dict) else None
    return Cube(
        updated=updated,
        labels={code: str(document["dimension"][code].get("label", code)) for code in codes},
        roles={role: tuple(dims) for role, dims in (document.get("role") or {}).items()},
        codes=codes,
        values=_values(document["value"], size),
        status=_status(document.get("status"), size),
        published=None if label is None else _published(label, size),
    )


def _updated(text: Any) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SourceError(
            f"the reply's `updated` is {text!r}, no time with a zone: the release cannot be told; check it"
        )
    return text


def _codes(document: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    ids, sizes, dimensions = (document.get(key) for key in ("id", "size", "dimension"))
    if not isinstance(ids, list) or not isinstance(sizes, list) or not isinstance(dimensions, dict):
        raise SourceError("the reply has no id, size and dimension: it is no json-stat2 dataset")
    if len(ids) != len(sizes) or len(set(ids)) != len(ids) or set(ids) != set(dimensions):
        raise SourceError(f"the reply's id {ids} and size {sizes} do not describe its dimensions: it cannot be read")
    codes = {code: _category(code, dimensions[code]) for code in ids}
    for (code, values), size in zip(codes.items(), sizes, strict=True):
        if len(values) != size:
            raise SourceError(
                f"dimension {code} lists {len(values)} values where the reply's size says {size}: cut short?"
            )
    return codes


def _category(code: str, dimension: Any) -> tuple[str, ...]:
    """The codes of a dimension in order: from an index object, an index array, or the label of a lone category."""
    category = dimension.get("category") if isinstance(dimension, dict) else None
    if not isinstance(category, dict):
        raise SourceError(f"dimension {code} has no category: it is no json-stat2 dataset")
    index = category.get("index", category.get("label", {}))
    if isinstance(index, dict) and "index" in category:
        if sorted(index.values()) != list(range(len(index))):
            raise SourceError(f"dimension {code} numbers its values with gaps: the reply cannot be read")
        return tuple(sorted(index, key=index.__getitem__))
    if len(set(index)) != len(index):
        raise SourceError(f"dimension {code} lists a value twice: the reply cannot be read")
    return tuple(index)


def _values(value: Any, size: int) -> np.ndarray:
    import numpy as np

    positions, given = _cells(value, size, "value")
    if strangers := set(map(type, given)) - _NUMBERS:
        raise SourceError(
            f"the reply gives values as {strangers.pop().__name__} instead of numbers: its form has changed"
        )
    values = np.full(size, np.nan)
    values[positions] = np.array(given, dtype=np.float64)
    if np.isinf(values).any():
        raise SourceError("the reply holds an infinite value: it cannot be right; ask again")
    return values


def _status(status: Any, size: int) -> np.ndarray:
    """The symbol of each cell: from an object by position, an array, or one symbol for all."""
    import numpy as np

    symbols = np.full(size, "", dtype=object)
    if isinstance(status, str):
        symbols[:] = status
    elif status:
        positions, given = _cells(status, size, "status")
        symbols[positions] = np.array(["" if symbol is None else str(symbol) for symbol in given], dtype=object)
    return symbols


def _cells(sent: Any, size: int, what: str) -> tuple[np.ndarray, list[Any]]:
    """Positions and contents of a dense array or of a sparse object keyed by position."""
    import numpy as np

    if isinstance(sent, list):
        if len(sent) != size:
            raise SourceError(
                f"the reply's {what} has {len(sent)} cells instead of {size}: it was cut short or changed"
            )
        return np.arange(size), sent
    if not isinstance(sent, dict):
        raise SourceError(f"the reply's {what} is a {type(sent).__name__}: neither an array nor an object by position")
    return _positions(sent, size, what), list(sent.values())


def _positions(keys: Iterable[Any], size: int, what: str) -> np.ndarray:
    import numpy as np

    try:
        positions = np.array([int(key) for key in keys], dtype=np.int64)
    except (TypeError, ValueError):
        raise SourceError(f"the reply's {what} has a position that is no number: it cannot be read") from None
    if positions.size and (positions.min() < 0 or positions.max() >= size):
        raise SourceError(f"the reply's {what} has a position outside its {size} cells: it cannot be read")
    return positions


def _published(label: Any, size: int) -> np.ndarray:
    import numpy as np

    if not isinstance(label, dict) or not isinstance(label.get("published"), list):
        raise SourceError(
            "the simulator's label of real and synthetic cells has another form: simulator and reader differ"
        )
    published = np.zeros(size, dtype=bool)
    published[_positions(label["published"], size, "origin label")] = True
    return published
