"""The figures that steer the simulated contacts, as arrays.

Belongs here: reading figures/, and who gives care to whose residents. Does not belong here: drawing anything (residents.py, events.py).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sources.simulator.senders import senders

FIGURES = Path(__file__).parent / "figures"
VISITS, OVER_7_DAYS = "1080", "6411"
MODES = ("onsite", "home", "phone", "video", "chat")
# Of a county's contacts this share is given by others; a sender of the same collaborative area is so many times likelier for its size.
AWAY_SHARE = 0.03
NEAR = 4.0


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a figures file."""
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Counties:
    """The counties whose residents are simulated, in the order of codes; arrays run alike. Shares are 0..1, visits are per 1,000 residents and year."""

    codes: tuple[str, ...]
    areas: tuple[str, ...]
    population: np.ndarray
    doctor_visits_per_1000: np.ndarray
    over_7_days_share: np.ndarray


@cache
def counties() -> Counties:
    """Counties with a published rate of doctor's visits that also send: a county without a sender is not simulated."""
    published = {
        (r["hva_code"], r["sotkanet_id"]): float(r["value"]) for r in rows_of("contacts/primary_care_2024.csv")
    }
    rows = [r for r in rows_of("county.csv") if (r["hva_code"], VISITS) in published and r["hva_code"] in senders()]
    codes = tuple(r["hva_code"] for r in rows)
    return Counties(
        codes=codes,
        areas=tuple(r["yta_code"] for r in rows),
        population=np.array([float(r["population_2024"]) for r in rows]),
        doctor_visits_per_1000=np.array([published[c, VISITS] for c in codes]),
        over_7_days_share=np.array([published[c, OVER_7_DAYS] / 100 for c in codes]),
    )


@dataclass(frozen=True)
class Activity:
    """The lines of activity.csv as arrays over lines. `rate` is contacts per 1,000 residents and year, shape (lines, counties); shares are 0..1."""

    lines: tuple[str, ...]
    service_class: tuple[str, ...]
    profession: tuple[str, ...]
    provider: tuple[str, ...]
    age_profile: tuple[str, ...]
    reason_group: tuple[str, ...]
    wait: tuple[str, ...]
    rate: np.ndarray
    duration_hours: np.ndarray
    mode_cumulative: np.ndarray
    emergency: np.ndarray
    urgent: np.ndarray
    first_visit: np.ndarray


@cache
def activity() -> Activity:
    rows = rows_of("contacts/activity.csv")
    visits = counties().doctor_visits_per_1000

    def texts(name: str) -> tuple[str, ...]:
        return tuple(r[name] for r in rows)

    def shares(name: str) -> np.ndarray:
        return np.array([float(r[name]) for r in rows]) / 100

    published, own = (
        np.array([float(r[n] or 0) for r in rows])
        for n in ("share_of_published_doctor_visits", "contacts_per_1000_year")
    )
    modes = np.stack([shares(f"pct_{mode}") for mode in MODES], axis=1)
    return Activity(
        lines=texts("line"),
        service_class=texts("service_class_code"),
        profession=texts("profession"),
        provider=texts("provider"),
        age_profile=texts("age_profile"),
        reason_group=texts("reason_group"),
        wait=texts("wait"),
        rate=published[:, None] * visits[None, :] + own[:, None],
        duration_hours=np.array([float(r["duration_hours"]) for r in rows]),
        mode_cumulative=np.cumsum(modes, axis=1)[:, :-1],
        emergency=shares("pct_emergency"),
        urgent=shares("pct_urgent"),
        first_visit=shares("pct_first_visit"),
    )


@cache
def month_factor(month: int) -> float:
    """Activity of a calendar month relative to the mean month."""
    return next(float(r["relative_activity"]) for r in rows_of("contacts/months.csv") if int(r["month"]) == month)


@cache
def flows(provider: str) -> np.ndarray:
    """Who gives the care: share of each county's contacts by sender, shape (senders, counties); each county's column sums to 1.

    `provider` 'county' is what a county gives itself, 'hospital' what the sender gives whose catchment holds the county, or else the county itself.
    """
    c, codes = counties(), tuple(senders())
    main = np.array([codes.index(_main_sender(code, provider)) for code in c.codes])
    size, area = np.zeros(len(codes)), [""] * len(codes)
    for county, sender in enumerate(main):
        size[sender] += c.population[county]
        area[sender] = c.areas[county]
    near = np.array([[NEAR if a == b else 1.0 for b in c.areas] for a in area])
    others = size[:, None] * near
    others[main, np.arange(len(main))] = 0
    share = AWAY_SHARE * others / others.sum(axis=0)
    share[main, np.arange(len(main))] = 1 - AWAY_SHARE
    return share


def _main_sender(county: str, provider: str) -> str:
    if provider == "hospital":
        return next((s.organiser_code for s in senders().values() if county in s.catchment), county)
    return county


def expected_contacts(organiser_code: str, period: str, residents: np.ndarray) -> np.ndarray:
    """Realised contacts to be expected of a sender in a month 'YYYY-MM', shape (lines, counties); `residents` are sampled people by county."""
    lines = activity()
    row = tuple(senders()).index(organiser_code)
    given = np.stack([flows(provider)[row] for provider in lines.provider])
    return lines.rate / 1000 / 12 * residents * month_factor(int(period[5:])) * given
