"""The simulated senders put their deliveries into the inbox.

Belongs here: writing data files, then the manifest, and remembering what was sent, so that a night that died sends nothing twice. Does not belong here:
the plan (calendar.py) and the content (parcel.py). The truth that is written beside the home is for tests; the pipeline never reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.durable import kill_point, replace_file, write_atomic
from sources.simulator.amendments import amended
from sources.simulator.calendar import (
    AMENDING,
    DUPLICATE,
    HELD,
    HISTORY,
    REJECTED,
    SECOND_TRY,
    PlannedDelivery,
    plan,
    plan_history,
)
from sources.simulator.events import SAMPLE_SHARE
from sources.simulator.faults import spoil
from sources.simulator.hold_faults import hold
from sources.simulator.parcel import Parcel, Truth, make_parcel

COMPLETE = "complete"
# Of the residents so many are in the contacts of a history; some tens of rows a month.
HISTORY_SHARE = 0.0005


@dataclass(frozen=True)
class Delivered:
    """A delivery that was put into the inbox now, and what the pipeline should find."""

    planned: PlannedDelivery
    manifest: Path
    files: tuple[Path, ...]
    truth: Truth


def deliver(home_inbox: Path, day: int, seed: int, records: Path) -> list[Delivered]:
    """Put the deliveries of a simulated day into `inbox/<organiser>/`; returns those put there by this call.

    `records` (the home's simulator folder) keeps `sent/<day>/`, by which nothing is sent twice, and `truth/<day>/`, one JSON a delivery. OSError when the
    home cannot be written.
    """
    return _deliver_all(home_inbox, lambda: plan(day, seed), str(day), seed, records)


def deliver_history(
    home_inbox: Path, seed: int, records: Path, organisers: Sequence[str] = ("01",), months: int = 37
) -> list[Delivered]:
    """Put earlier months of a few senders into the inbox, of few rows each: for statistics that need more months than the first night brings.

    Together with the calendar's own deliveries up to October 2026 they make `months` of every dataset. Contacts are sampled thinner (HISTORY_SHARE), as
    their manifests say. As `deliver`, nothing is sent twice.
    """
    return _deliver_all(home_inbox, lambda: plan_history(organisers, months, seed), "history", seed, records)


def _deliver_all(
    home_inbox: Path, planned_of: Callable[[], list[PlannedDelivery]], what: str, seed: int, records: Path
) -> list[Delivered]:
    sent, truths = records / "sent" / what, records / "truth" / what
    if (sent / COMPLETE).exists():
        return []
    outbox = records / "outbox"
    for folder in (records, outbox, sent, truths):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    result = []
    for planned in planned_of():
        name = f"{planned.dataset}-{planned.organiser_code}-{planned.period}-{planned.sequence}-{planned.kind}"
        if (sent / name).exists():
            continue
        parcel = parcel_of(planned, seed)
        write_atomic(truths / f"{name}.json", parcel.truth.to_json())
        result.append(_put(outbox, home_inbox / planned.organiser_code, planned, parcel))
        write_atomic(sent / name, "")
        kill_point("simulator.sent")
    write_atomic(sent / COMPLETE, "")
    return result


def parcel_of(planned: PlannedDelivery, seed: int) -> Parcel:
    """The delivery that was planned. A sender that tries again or corrects has looked at its rows: the usual row faults are gone."""
    if planned.kind in AMENDING:
        return amended(planned, seed)
    clean = planned.revision > 1 or planned.kind in (SECOND_TRY, HELD)
    parcel = make_parcel(
        planned.organiser_code,
        planned.period,
        planned.sequence,
        planned.created_at,
        seed,
        planned.revision,
        has_row_faults=not clean,
        dataset=planned.dataset,
        sample_share=HISTORY_SHARE if planned.kind == HISTORY else SAMPLE_SHARE,
    )
    if planned.kind == REJECTED:
        return spoil(parcel, planned.fault)
    if planned.kind == HELD:
        return hold(parcel, planned.fault)
    return parcel.expecting("duplicate") if planned.kind == DUPLICATE else parcel


def _put(outbox: Path, folder: Path, planned: PlannedDelivery, parcel: Parcel) -> Delivered:
    """Data files first, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = tuple(folder / f.name for f in parcel.files)
    for path, file in zip(paths, parcel.files, strict=True):
        _move_in(outbox, path, file.data)
        kill_point("simulator.data_written")
    manifest = folder / parcel.manifest_name
    _move_in(outbox, manifest, parcel.manifest_bytes())
    kill_point("simulator.manifest_written")
    return Delivered(planned, manifest, paths, parcel.truth)


def _move_in(outbox: Path, path: Path, data: bytes) -> None:
    """One whole file into the inbox. It is written elsewhere first: a sender's unfinished file would be a sighting that an undisturbed night has not.

    What lies in the inbox already with the same bytes stays as it is: it may have been seen.
    """
    if path.exists() and path.read_bytes() == data:
        return
    finished = outbox / path.name
    finished.write_bytes(data)
    replace_file(finished, path, mode=0o600)
