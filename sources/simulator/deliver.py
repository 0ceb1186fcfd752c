"""The simulated senders put their deliveries into the inbox.

Belongs here: writing data files, then the manifest, and remembering what was sent, so that a night that died sends nothing twice. Does not belong here:
the plan (calendar.py) and the content (parcel.py). The truth that is written beside the home is for tests; the pipeline never reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.durable import kill_point, replace_file, write_atomic
from sources.simulator.calendar import DUPLICATE, REJECTED, SECOND_TRY, PlannedDelivery, plan
from sources.simulator.faults import spoil
from sources.simulator.parcel import Parcel, Truth, make_parcel

COMPLETE = "complete"


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
    sent, truths = records / "sent" / str(day), records / "truth" / str(day)
    if (sent / COMPLETE).exists():
        return []
    outbox = records / "outbox"
    for folder in (records, outbox, sent, truths):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    result = []
    for planned in plan(day, seed):
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
    clean = planned.revision > 1 or planned.kind == SECOND_TRY
    parcel = make_parcel(
        planned.organiser_code,
        planned.period,
        planned.sequence,
        planned.created_at,
        seed,
        planned.revision,
        has_row_faults=not clean,
        dataset=planned.dataset,
    )
    if planned.kind == REJECTED:
        return spoil(parcel, planned.fault)
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
