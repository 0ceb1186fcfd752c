"""The calendar of deliveries as a night tells it: what is expected and what has come, whom to remind, and the page that shows it.

Belongs here: putting the rows of warehouse/expected.py into a summary and a page. Does not belong here: due days and reminders themselves (sources/regional/expected.py), the terminal
(sotevarasto/summary_view.py), the alert (alert.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestration.night import Night
from sources.regional.expected import Expectation, reminders

PAGE = "deliveries.html"
SHOWN_MONTHS = 13
# A sign for who does not see the colour, and a name in each language for who does not see the sign.
SIGNS = {"complete": "●", "superseded": "↻", "partial": "◐", "due": "○", "late": "!"}
NAMES = {
    "complete": {"fi": "kokonainen", "sv": "komplett", "en": "complete"},
    "superseded": {
        "fi": "kokonainen, korjattu jälkikäteen",
        "sv": "komplett, rättad i efterhand",
        "en": "complete, corrected since",
    },
    "partial": {
        "fi": "puutteellinen tai odottaa ratkaisua",
        "sv": "bristfällig eller väntar på avgörande",
        "en": "partial, or waiting for a decision",
    },
    "due": {"fi": "odotetaan", "sv": "väntas", "en": "due"},
    "late": {"fi": "myöhässä", "sv": "försenad", "en": "late"},
}
NOTHING = {"fi": "ei odoteta", "sv": "väntas inte", "en": "not expected"}


def statuses(night: Night) -> list[dict[str, Any]]:
    """Every month that a sender owes, with what has come of it, as known on this night."""
    from warehouse.registry import delivery_statuses

    return delivery_statuses(night.ledger, night.at)


def summary_of(night: Night) -> dict[str, Any]:
    """For the night's summary: `delivery_status`, the cells of the last months, and `reminders`, whom to remind tonight of what."""
    told = statuses(night)
    shown = set(_months(told))
    return {
        "delivery_status": [
            {key: cell[key] for key in ("organiser_code", "dataset", "period", "status")}
            for cell in told
            if cell["period"] in shown
        ],
        "reminders": _reminders(night, told),
    }


def _reminders(night: Night, told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    open_ones = {
        (cell["organiser_code"], cell["dataset"], cell["period"]): cell for cell in told if not cell["is_usable"]
    }
    expected = [Expectation(*key, cell["due_on"]) for key, cell in open_ones.items()]
    before = max((e.at for e in night.ledger.events("night") if e.at < night.at), default=None)
    return [
        {
            "organiser_code": r.organiser_code,
            "dataset": r.dataset,
            "period": r.period,
            "due_on": r.due_on.isoformat(),
            "kind": r.kind,
            "last_delivery_status": open_ones[r.organiser_code, r.dataset, r.period]["last_delivery_status"],
        }
        for r in reminders(expected, night.at, before)
    ]


def write_page(night: Night) -> str:
    """Write the night's page and the index anew; returns the page's path under reports/."""
    from expectations.pages import write_index
    from sources.durable import write_atomic

    night.report_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = night.report_folder / PAGE
    write_atomic(page, page_of(night.night_id, statuses(night), synthetic=night.profile == "simulated"))
    write_index(night.home.reports)
    return page.relative_to(night.home.reports).as_posix()


def page_of(night_id: str, told: list[dict[str, Any]], *, synthetic: bool) -> str:
    """The HTML of the calendar: one table a dataset, senders by months, and below it what is open."""
    from expectations.pages import page_from
    from sources.regional.catalogue import counties, dataset_contracts

    months = _months(told)
    tables = []
    for name, contract in dataset_contracts().items():
        cells = {(c["organiser_code"], c["period"]): c for c in told if c["dataset"] == name}
        senders = [(code, county.name) for code, county in sorted(counties().items()) if name in county.dialects]
        tables.append(
            {"name": name, "label": contract.label, "cells": cells, "senders": senders, "open": _open(cells.values())}
        )
    return page_from(
        "deliveries.html.j2",
        night_id=night_id,
        months=months,
        tables=tables,
        is_synthetic=synthetic,
        signs=SIGNS,
        names=NAMES,
        nothing=NOTHING,
    )


def _open(cells: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What still lacks a usable or whole delivery, the longest due first."""
    return sorted(
        (c for c in cells if c["status"] in ("late", "partial", "due")),
        key=lambda c: (c["due_on"], c["organiser_code"], c["period"]),
    )


def _months(told: Iterable[dict[str, Any]]) -> list[str]:
    """The last months of which anything is told, in order."""
    return sorted({cell["period"] for cell in told})[-SHOWN_MONTHS:]
