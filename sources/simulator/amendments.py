"""Deliveries that change a month in another way than by a corrected whole: deltas, deletes, the same rows again, a month that was locked.

Belongs here: their parcels, with what is true of them, and the lock that the simulated receiver sets. Does not belong here: when they are sent (calendar.py), what
a correction changes (events.py, costs.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contract
from sources.regional.keys_only import dialect_of_keys
from sources.regional.periods import lock, locks
from sources.simulator import events
from sources.simulator.calendar import (
    AFTER_LOCK,
    COSTS,
    DELETE,
    DELTA,
    LOCK_DAY,
    LOCKED_PERIOD,
    UNCHANGED,
    PlannedDelivery,
)
from sources.simulator.events import Correction
from sources.simulator.parcel import Parcel, ParcelFile, dialect_of, make_parcel
from sources.simulator.senders import senders
from sources.simulator.writer import encoded, header_of, lines_of, text_columns


def amended(planned: PlannedDelivery, seed: int) -> Parcel:
    """The parcel of a planned delivery of one of the kinds of AMENDING; the month before it holds as first recorded, without faulty rows."""
    whole = make_parcel(
        planned.organiser_code,
        planned.period,
        planned.sequence,
        planned.created_at,
        seed,
        planned.revision,
        has_row_faults=False,
        dataset=planned.dataset,
    )
    if planned.kind == UNCHANGED:
        return _turned(whole)
    if planned.kind == AFTER_LOCK:
        return replace(whole, truth=replace(whole.truth, is_late_after_lock=True))
    before, after = (
        events.corrected_rows(planned.organiser_code, planned.period, revision, seed=seed)[0] for revision in (1, 2)
    )
    key = list(dataset_contract(planned.dataset).key)
    if planned.kind == DELTA:
        rows = after.join(before, on=after.columns, how="anti", nulls_equal=True)
        changed = rows.join(before, on=key, how="semi").height
        return _of_rows(whole, rows, DELTA, Correction(changed, 0, rows.height - changed))
    rows = before.join(after, on=key, how="anti").select(key)
    return _of_rows(whole, rows, DELETE, Correction(0, rows.height, 0))


def _of_rows(whole: Parcel, rows: pl.DataFrame, mode: str, correction: Correction) -> Parcel:
    """The first file of a parcel with these rows alone, as its sender writes them; of a delete the columns of the key."""
    dialect = dialect_of(whole.organiser_code, whole.dataset)
    if mode == DELETE:
        dialect = dialect_of_keys(dialect, dataset_contract(whole.dataset))
    lines = [header_of(dialect), *lines_of(text_columns(rows, dialect), dialect)]
    data = encoded(lines, dialect, senders()[whole.organiser_code])
    truth = replace(whole.truth, rows=rows.height, row_faults=(), correction=correction, mode=mode)
    return replace(whole, files=(ParcelFile(whole.files[0].name, data, rows.height),), truth=truth)


def _turned(whole: Parcel) -> Parcel:
    """The same rows in the other order: other bytes that say the same."""
    sender, dialect = whole.sender, whole.dialect
    files = []
    for file in whole.files:
        text = file.data.decode(dialect.encoding).removeprefix("\ufeff")
        header, *rows = text.split(sender.line_end)[:-1]
        files.append(replace(file, data=encoded([header, *reversed(rows)], dialect, sender)))
    return replace(whole, files=tuple(files), truth=replace(whole.truth, is_unchanged=True))


def lock_a_month(ledger: Ledger, day: int, at: datetime) -> None:
    """What the simulated receiver decides before the deliveries of a day are taken in; doing so again changes nothing. A home that begins on a later day has nothing to
    lock before its second night."""
    is_there = any((e.body["dataset"], e.body["period"]) == (COSTS, LOCKED_PERIOD) for e in ledger.events("receipt"))
    if day >= LOCK_DAY and is_there and (COSTS, LOCKED_PERIOD) not in {(k.dataset, k.period) for k in locks(ledger)}:
        lock(ledger, COSTS, LOCKED_PERIOD, "simulator", "the simulated year is closed", at)
