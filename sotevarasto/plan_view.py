"""`sotevarasto plan`: what the next night, or a backfill, will ask of the national sources.

Belongs here: showing the plans. Does not belong here: what is asked (sources/national/plan.py and the sources' own rooms).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from orchestration.night import next_night
from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Plan, together_seconds
from sources.national.plan import plans

COLUMNS = (
    "source",
    "here",
    "missing",
    "calls tonight",
    "later",
    "nights",
    "limit",
    "least time",
    "largest query",
    "known size",
)


def show_plan(codes: Sequence[str], first_year: int | None, form: str) -> None:
    """Print the plans of the default home, of all sources or of those named. Nothing is asked of any host."""
    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    with Ledger(home.ledger) as ledger:
        at, is_simulated = next_night(ledger, profile), profile == "simulated"
        found = plans(ledger, Landing(home.landing), at, first_year, is_simulated=is_simulated)
    if unknown := sorted(set(codes) - {plan.source_code for plan in found}):
        known = ", ".join(plan.source_code for plan in found)
        raise SotevarastoError(f"no source {unknown[0]} to plan for; there are {known}")
    chosen = [plan for plan in found if not codes or plan.source_code in codes]
    if form == "json":
        print(json.dumps([_document(plan) for plan in chosen], ensure_ascii=False, indent=1))
        return
    _print(chosen)


def _document(plan: Plan) -> dict[str, Any]:
    seconds = {
        "least_seconds": plan.seconds(plan.least),
        "most_seconds": plan.seconds(plan.most) if plan.most else None,
    }
    return asdict(plan) | {"least": plan.least, "most": plan.most} | seconds


def _print(chosen: Sequence[Plan]) -> None:
    from rich.table import Table

    from sotevarasto.terminal import Terminal

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in ("source", "limit") else "right", no_wrap=name == "source")
    for plan in chosen:
        table.add_row(*_row(plan))
    if len(chosen) > 1:
        table.add_row(*_total(chosen))
    console = Terminal()
    console.print(table)
    console.print(
        "\nA range is from a night on which nothing moved to one on which everything did; + where only a reply tells how much more. What is here is not asked again."
        "\nTimes are the least that the limits of the live services allow, one source after the other; a stand-in of the simulated profile answers faster."
        "\nNothing was asked of any host."
    )


def _row(plan: Plan) -> tuple[str, ...]:
    cells = "" if plan.cells is None else f"{plan.cells:,} of {plan.max_cells:,} cells"
    return (
        plan.source_code,
        f"{plan.kept:,}",
        "?" if plan.missing is None else f"{plan.missing:,}",
        _range(f"{plan.least:,}", None if plan.most is None else f"{plan.most:,}"),
        f"{plan.later:,}",
        "?" if plan.nights is None else str(plan.nights),
        f"{plan.calls} in {plan.window_seconds:g} s",
        _times(plan.seconds(plan.least), None if plan.most is None else plan.seconds(plan.most)),
        cells,
        _size(plan.known_bytes),
    )


def _total(chosen: Sequence[Plan]) -> tuple[str, ...]:
    is_open = any(plan.most is None for plan in chosen)
    missing, nights = [plan.missing for plan in chosen], [plan.nights for plan in chosen]
    return (
        "all",
        f"{sum(plan.kept for plan in chosen):,}",
        "?" if None in missing else f"{sum(missing):,}",
        _range(
            f"{sum(plan.least for plan in chosen):,}", None if is_open else f"{sum(plan.most for plan in chosen):,}"
        ),
        f"{sum(plan.later for plan in chosen):,}",
        "?" if None in nights else str(max(nights)),
        "",
        _times(
            together_seconds(chosen, lambda plan: plan.least),
            None if is_open else together_seconds(chosen, lambda plan: plan.most),
        ),
        "",
        _size(sum(plan.known_bytes for plan in chosen)),
    )


def _range(least: str, most: str | None) -> str:
    return f"{least} +" if most is None else least if least == most else f"{least} – {most}"


def _times(least: float, most: float | None) -> str:
    return _range(_time(least), None if most is None else _time(most))


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _size(size: int) -> str:
    return "" if not size else f"{size / 1e6:,.1f} MB"
