"""What asset metadata looks like: numbers as numbers, rows as tables, pictures and SQL as markdown.

Belongs here: turning plain values into Dagster's metadata values, and the address of a report page. Does not belong here: where the values come from
(orchestration/assets, orchestration/checks), and drawing (pictures.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from orchestration.night import Night
from sources.durable import write_atomic

# `make dev` serves the reports folder there; a browser refuses file:// links from the UI.
PAGES = "http://127.0.0.1:3001"
_LONGEST_SQL = 6000


def page(path: str) -> dg.MetadataValue:
    """A link to a page under reports/."""
    return dg.MetadataValue.url(f"{PAGES}/{path}")


def counts(status: str, failed: int | None, applicable: int | None) -> dict[str, Any]:
    """Status, and the counts with their share in per cent where there is something to divide by."""
    numbers = {"status": status}
    if failed is not None:
        numbers["failed"] = failed
    if applicable is not None:
        numbers["applicable"] = applicable
    if failed is not None and applicable:
        numbers["failed %"] = round(100 * failed / applicable, 3)
    return numbers


def numbers(named: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """One entry a number, so that Dagster draws it over time; what is no number stands as text."""
    return {f"{prefix}{k}": v if isinstance(v, (int, float)) else str(v) for k, v in named.items() if v is not None}


def table(rows: Iterable[Mapping[str, Any]]) -> dg.MetadataValue:
    """Rows of one shape as a table; absent values are shown as such, never as a zero."""
    records = [{k: _cell(v) for k, v in row.items()} for row in rows]
    if not records:
        return dg.MetadataValue.text("no rows")
    kinds = {k: _kind(r[k] for r in records) for k in records[0]}
    schema = dg.TableSchema([dg.TableColumn(k, kind) for k, kind in kinds.items()])
    return dg.MetadataValue.table([dg.TableRecord(r) for r in records], schema=schema)


def _cell(value: Any) -> Any:
    if value is None:
        return "–"
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _kind(values: Iterable[Any]) -> str:
    seen = {type(value) for value in values}
    if seen <= {int}:
        return "int"
    return "float" if seen <= {int, float} else "string"


def sql(text: str) -> dg.MetadataValue:
    """An SQL text to read and to run."""
    shown = text.strip()
    if len(shown) > _LONGEST_SQL:
        shown = shown[:_LONGEST_SQL] + "\n-- …"
    return dg.MetadataValue.md(f"```sql\n{shown}\n```")


def picture(night: Night, name: str, svg: str, text: str) -> dg.MetadataValue:
    """A drawing, kept beside the night's report pages, with what it shows in words for whoever does not see it.

    By its address and not in itself: the UI folds away markdown of a thousand characters, and its store would grow by a drawing a night.
    """
    place = night.report_folder / "pictures" / f"{name}.svg"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(place, svg)
    return dg.MetadataValue.md(f"![{text}]({PAGES}/{place.relative_to(night.home.reports)})")
