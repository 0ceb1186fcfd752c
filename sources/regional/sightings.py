"""Sightings: what was seen incomplete in the inbox, from when on, and until when.

Belongs here: noting a name when it begins to wait and when its sender takes it away, and what follows for a file that does not grow. Does not belong here: looking at
the inbox (inbox.py); the end that a receipt makes is its own event.

A name may wait many times over the years: a sender may use it every month. The first sighting of a name bears it as its subject, a later one its number too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from pathlib import Path

from sources.ledger import Event, Ledger
from sources.regional.inbox import Entry, Settled, Waiting, list_folder
from sources.regional.limits import limits

# Organiser code and the name as a person may see it.
Name = tuple[str, str]


def open_sightings(ledger: Ledger) -> dict[Name, Event]:
    """The sightings that still hold: no later receipt names the file or is of that manifest, and its sender has not taken it away."""
    found: dict[Name, Event] = {}
    kinds = ("sighting", "withdrawal", "receipt") if ledger.subjects("sighting") else ()
    for event in merge(*(ledger.each(kind) for kind in kinds), key=lambda e: e.seq):
        if event.kind == "sighting":
            found[_name(event)] = event
        elif event.kind == "withdrawal":
            found.pop(_name(event), None)
        else:
            body = event.body
            signed = [body["signature"]] if body.get("signature") else []
            for name in (body["manifest_name"], *(file["name"] for file in (*body["files"], *signed))):
                found.pop((body["organiser_code"], name), None)
    return found


def record_sightings(ledger: Ledger, inbox: Path, waiting: Iterable[Waiting], at: datetime) -> None:
    """One event for each name that begins to wait, and one for each that waited and is gone without a receipt; later looks add nothing."""
    known = open_sightings(ledger)
    times = Counter(_name(event) for event in ledger.events("sighting"))
    for found in waiting:
        name = (found.organiser_code, found.label)
        if name not in known:
            subject, number = "/".join(name), times[name] + 1
            again = (f"{subject}/{number}", {"name": found.label})
            ledger.append("sighting", *((subject, {}) if number == 1 else again), at)
    there = {code: _labels(inbox / code) for code in {code for code, _ in known}}
    for (organiser_code, label), event in known.items():
        names = there[organiser_code]
        if names is not None and label not in names:
            ledger.append("withdrawal", event.subject, event.body, at)


def aged(ledger: Ledger, waiting: Iterable[Waiting], at: datetime) -> tuple[Waiting, ...]:
    """The same names with the time since which each waits; overdue from the limit on."""
    seen, limit = open_sightings(ledger), timedelta(hours=limits().waiting_hours)
    since = {name: event.at for name, event in seen.items()}
    return tuple(
        replace(w, since=first.isoformat(timespec="seconds"), is_overdue=at - first >= limit)
        for w in waiting
        for first in [since.get((w.organiser_code, w.label), at)]
    )


def settled_by(ledger: Ledger, at: datetime) -> Settled:
    """Judge by the sightings of earlier nights: what was incomplete then and was not written to since will not complete by itself."""
    seen = open_sightings(ledger)

    def settled(organiser_code: str, entry: Entry) -> bool:
        event = seen.get((organiser_code, entry.label))
        return event is not None and event.at < at and entry.mtime_ns < event.recorded_at.timestamp() * 1e9

    return settled


def _name(event: Event) -> Name:
    organiser_code, _, rest = event.subject.partition("/")
    return organiser_code, event.body.get("name", rest)


def _labels(folder: Path) -> set[str] | None:
    """The names in a sender's folder; None when it cannot be read, so that nothing is known of them."""
    try:
        return {entry.label for entry in list_folder(folder).values()}
    except FileNotFoundError:
        return set()
    except OSError:
        return None
