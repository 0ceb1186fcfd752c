"""Simulated care contacts as rows of the contract: who met whom, when, where and why.

Belongs here: one sender's month, drawn from the figures, and what a correction changes in it. Does not belong here: how a sender writes it
(writer.py), what is wrong in it (row_faults.py, faults.py). Every row made here keeps every rule of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from sources.regional.catalogue import dataset_contract
from sources.simulator.event_times import DAY, UNREALISED_SHARE, Times, draw_times, first_day, full_years, year_of
from sources.simulator.randomness import SEED, generator, hexadecimal, mix
from sources.simulator.residents import Residents, residents
from sources.simulator.senders import Sender, senders
from sources.simulator.tables import MODES, activity, counties, expected_contacts, flows, rows_of

DATASET = "care_contacts"
SAMPLE_SHARE = 0.01
SEXES = ("male", "female", "unknown")
# How many residents there are to one professional; of a resident's visits this share is to the same one.
RESIDENTS_PER_PROFESSIONAL = {"doctor": 1800, "nurse": 700}
REGULAR_SHARE = 0.45
RESIDENTS_PER_UNIT = 8000
NO_REASON_SHARE = 0.12
# Of the rows of a month a correction changes, removes and adds these shares.
CHANGED, REMOVED, ADDED = 0.03, 0.005, 0.01
_LATE_NUMBERS = 9_000_000  # running numbers of rows that only a correction brings


@dataclass(frozen=True)
class Correction:
    """How many rows a correction changed, removed and added."""

    changed: int
    removed: int
    added: int


def generate_rows(
    organiser_code: str,
    period: str,
    sequence: int = 1,
    n_rows: int | None = None,
    seed: int = SEED,
    share: float = SAMPLE_SHARE,
) -> pl.DataFrame:
    """A sender's contacts of a month as typed columns of the contract, in the order of time.

    `sequence` n is the month after n − 1 corrections. `share` of the residents are sampled. `n_rows` scales the month to about so many rows (exactly, before corrections) with as many more
    clients; without it the share decides. Equal arguments give equal rows, whatever was made before.
    """
    return corrected_rows(organiser_code, period, sequence, n_rows, seed, share)[0]


def corrected_rows(
    organiser_code: str,
    period: str,
    sequence: int = 1,
    n_rows: int | None = None,
    seed: int = SEED,
    share: float = SAMPLE_SHARE,
) -> tuple[pl.DataFrame, Correction | None]:
    """As `generate_rows`, with what the last correction did; None when there was none."""
    first = generator(seed, organiser_code, DATASET, period, 1)
    frame = _rows(first, organiser_code, period, n_rows, seed, share, 0)
    correction = None
    for number in range(2, sequence + 1):
        rng = generator(seed, organiser_code, DATASET, period, number)
        late, after = max(1, round(frame.height * ADDED)), _LATE_NUMBERS + number * 10_000
        frame, correction = _correct(rng, frame, _rows(rng, organiser_code, period, late, seed, share, after))
    return frame, correction


def _rows(
    rng: np.random.Generator,
    organiser_code: str,
    period: str,
    n_rows: int | None,
    seed: int,
    share: float,
    after: int,
) -> pl.DataFrame:
    sender, sample = senders()[organiser_code], residents(seed, share)
    expected = expected_contacts(organiser_code, period, sample.by_county)
    # Emergencies always take place; the others are so many more as do not.
    planned = 1 - activity().emergency[:, None]
    expected = expected * (1 + planned * UNREALISED_SHARE / (1 - UNREALISED_SHARE))
    line, home = _lines(rng, expected, n_rows)
    draft = _draft(rng, sample, line, home, first_day(period))
    times = draw_times(rng, organiser_code, period, seed, draft)
    copies = max(1, round(len(line) / expected.sum()))
    columns = (
        _people(rng, sample, draft, times, copies)
        | _care(rng, draft, times)
        | _staff(rng, sender, seed, sample, draft)
        | _when(times)
    )
    order = np.argsort(times.event, kind="stable")
    frame = pl.DataFrame(columns)[order]
    frame = frame.with_columns(_contact_ids(rng, sender, period, frame.height, after))
    return frame.select(dataset_contract(DATASET).column_names)


def _lines(rng: np.random.Generator, expected: np.ndarray, n_rows: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Line of activity and home county of every contact. Counts are the expected ones rounded systematically, so that rates do not wander."""
    running = np.cumsum(expected.ravel())
    if n_rows is not None:
        running *= n_rows / running[-1]
        running[-1] = n_rows
    counts = np.diff(np.floor(running + rng.random()), prepend=0).astype(np.int64)
    cell = np.repeat(np.arange(len(running)), counts)
    return cell // expected.shape[1], cell % expected.shape[1]


def _draft(
    rng: np.random.Generator, sample: Residents, line: np.ndarray, home: np.ndarray, period_start: int
) -> dict[str, np.ndarray]:
    """What the times depend on: the person, urgency and mode of every contact."""
    lines, count = activity(), len(line)
    person, u = np.empty(count, dtype=np.int64), rng.random(count)
    profile_of_line = np.array([list(sample.use).index(p) for p in lines.age_profile])[line]
    for index, profile in enumerate(sample.use):
        of_profile = profile_of_line == index
        person[of_profile] = sample.draw(profile, home[of_profile], u[of_profile])
    urgency = rng.random(count)
    emergency = urgency < lines.emergency[line]
    mode = (rng.random(count)[:, None] >= lines.mode_cumulative[line]).sum(axis=1)
    mode = np.where(emergency & (mode == MODES.index("chat")), MODES.index("phone"), mode)
    birth_day = sample.birth_day[person]
    # In months before the reference day the youngest would not be born yet: they are then others of the same birthday, years older.
    birth_day = birth_day - 366 * np.maximum(0, -(-(birth_day - period_start + 1) // 366))
    return {
        "line": line,
        "person": person,
        "mode": mode,
        "is_remote": np.isin(mode, [MODES.index("phone"), MODES.index("chat")]),
        "is_emergency": emergency,
        "is_urgent": ~emergency & (urgency < (lines.emergency + lines.urgent)[line]),
        "birth_day": birth_day,
    }


def _people(
    rng: np.random.Generator, sample: Residents, draft: dict, times: Times, copies: int
) -> dict[str, pl.Series]:
    person, birth_day = draft["person"], draft["birth_day"]
    pseudonym = sample.pseudonym[person]
    if copies > 1:
        pseudonym = pseudonym ^ mix(rng.integers(0, copies, len(person)).astype(np.uint64))[:, None]
    age = full_years(birth_day, times.assessed // DAY)
    return {
        "client_id": pl.Series(hexadecimal(pseudonym), dtype=pl.String),
        "birth_year": pl.Series(year_of(birth_day)),
        "age_at_assessment_years": _where(pl.Series(age), times.is_assessed),
        "sex": _texts(SEXES, sample.sex[person]),
        "home_municipality_code": _texts(sample.municipality_codes, sample.municipality[person]),
    }


def _care(rng: np.random.Generator, draft: dict, times: Times) -> dict[str, pl.Series]:
    lines, line, count = activity(), draft["line"], len(draft["line"])
    urgency = np.where(draft["is_emergency"], 0, np.where(draft["is_urgent"], 1, 2))
    hours = lines.duration_hours[line] * np.exp(0.3 * rng.standard_normal(count))
    hundredths = np.round(100 * hours).clip(5, 600).astype(np.int64)
    reasons, cumulative = _reasons()
    reason = np.empty(count, dtype=np.int64)
    u = rng.random(count)
    for group in cumulative:
        of_group = np.isin(line, [i for i, g in enumerate(lines.reason_group) if g == group])
        first, running = cumulative[group]
        reason[of_group] = first + np.searchsorted(running, u[of_group], side="right")
    return {
        "service_class_code": _texts(lines.service_class, line),
        "contact_mode": _texts(MODES, draft["mode"]),
        "profession": _texts(lines.profession, line),
        "urgency": _texts(("emergency", "urgent", "non_urgent"), urgency),
        "reason_code": _where(_texts(reasons, reason), rng.random(count) >= NO_REASON_SHARE),
        "visit_duration_hours": _where(_hours(hundredths), times.is_realised),
    }


@cache
def _reasons() -> tuple[tuple[str, ...], dict[str, tuple[int, np.ndarray]]]:
    """All reason codes, and for each group the index of its first and its running shares without the last."""
    rows = rows_of("contacts/reason_codes.csv")
    groups = [r["reason_group"] for r in rows]
    result = {}
    for group in dict.fromkeys(groups):
        weights = np.array([float(r["weight"]) for r in rows if r["reason_group"] == group])
        result[group] = (groups.index(group), np.cumsum(weights / weights.sum())[:-1])
    return tuple(r["code"] for r in rows), result


def _staff(rng: np.random.Generator, sender: Sender, seed: int, sample: Residents, draft: dict) -> dict[str, pl.Series]:
    """Professionals and units of the sender: a resident's unit follows from the home municipality, and often meets the same person there."""
    professions, first, ids, units = _staff_of(sender.organiser_code, seed)
    lines, person, count = activity(), draft["person"], len(draft["person"])
    profession = np.array([professions.index(p) for p in lines.profession])[draft["line"]]
    size = np.diff(first)[profession]
    regular = (mix(person.astype(np.uint64) + np.uint64(1)) % size.astype(np.uint64)).astype(np.int64)
    chosen = np.where(rng.random(count) < REGULAR_SHARE, regular, (rng.random(count) * size).astype(np.int64))
    municipality = sample.municipality[person]
    unit = mix((municipality * 64 + draft["line"] % 7 * 3 + person % 3 + 1).astype(np.uint64)) % np.uint64(len(units))
    return {
        "professional_id": _texts(ids, first[profession] + chosen),
        "unit_id": _texts(units, unit.astype(np.int64)),
    }


@cache
def _staff_of(organiser_code: str, seed: int) -> tuple[tuple[str, ...], np.ndarray, list[str], list[str]]:
    """Professions, where each begins among the professionals, pseudonyms of the professionals, identifiers of the units."""
    row = tuple(senders()).index(organiser_code)
    people = float((flows("hospital")[row] * counties().population).sum())
    professions = tuple(dict.fromkeys(activity().profession))
    sizes = [max(3, int(people / RESIDENTS_PER_PROFESSIONAL.get(p, 4000))) for p in professions]
    first = np.concatenate([[0], np.cumsum(sizes)])
    words = generator(seed, "professionals", organiser_code).integers(0, 2**64, size=(first[-1], 1), dtype=np.uint64)
    prefix, units = senders()[organiser_code].unit_prefix, int(np.clip(people / RESIDENTS_PER_UNIT, 6, 150))
    return professions, first, hexadecimal(words), [f"{prefix}{n:03d}" for n in range(1, units + 1)]


def _when(times: Times) -> dict[str, pl.Series]:
    return {
        "contacted_at": _timestamps(times.contacted),
        "need_assessed_at": _where(_timestamps(times.assessed), times.is_assessed),
        "booked_at": _where(_timestamps(times.booked), times.is_booked),
        "visited_at": _where(_timestamps(times.event), times.is_realised),
    }


def _contact_ids(rng: np.random.Generator, sender: Sender, period: str, count: int, after: int) -> pl.Series:
    if sender.contact_prefix is None:
        words = rng.integers(0, 2**64, size=(count, 2), dtype=np.uint64)
        groups = r"${1}-${2}-4${3}-a${4}-${5}"
        return pl.Series("contact_id", hexadecimal(words)).str.replace(r"^(.{8})(.{4}).(.{3}).(.{3})(.{12})$", groups)
    prefix = sender.contact_prefix.format(yyyymm=period.replace("-", ""))
    number = pl.Series("contact_id", np.arange(after + 1, after + count + 1)).cast(pl.String).str.zfill(7)
    return pl.Series("contact_id", [prefix]) + number


def _correct(rng: np.random.Generator, frame: pl.DataFrame, added: pl.DataFrame) -> tuple[pl.DataFrame, Correction]:
    """Some rows taken out (recorded twice), some with another urgency, reason or length, some that had been missing."""
    u = rng.random(frame.height)
    kept = frame.filter(pl.Series(u >= REMOVED))
    u = u[u >= REMOVED]
    changed, by_urgency = pl.Series(u < REMOVED + CHANGED), pl.Series(rng.random(len(u)) < 0.5)
    urgency, reason = pl.col("urgency"), pl.col("reason_code")
    other_urgency = pl.when(urgency == "non_urgent").then(pl.lit("urgent")).otherwise(pl.lit("non_urgent"))
    other_reason = pl.when(reason.eq_missing(pl.lit("A97"))).then(pl.lit("A04")).otherwise(pl.lit("A97"))
    kept = kept.with_columns(
        urgency=pl.when(changed & by_urgency).then(other_urgency).otherwise(urgency),
        reason_code=pl.when(changed & ~by_urgency).then(other_reason).otherwise(reason),
    )
    event = pl.coalesce("visited_at", "contacted_at")
    result = pl.concat([kept, added]).sort(event, maintain_order=True)
    return result, Correction(int(changed.sum()), frame.height - kept.height, added.height)


def _texts(values: tuple[str, ...] | list[str], index: np.ndarray) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String).gather(pl.Series(index.astype(np.uint32)))


def _where(values: pl.Series, given: np.ndarray) -> pl.Series:
    return values.set(pl.Series(~given), None)


def _timestamps(minutes: np.ndarray) -> pl.Series:
    return pl.Series(minutes * 60_000_000).cast(pl.Datetime("us"))


def _hours(hundredths: np.ndarray) -> pl.Series:
    number = pl.Series(hundredths)
    return ((number // 100).cast(pl.String) + "." + (number % 100).cast(pl.String).str.zfill(2)).cast(pl.Decimal(5, 2))
