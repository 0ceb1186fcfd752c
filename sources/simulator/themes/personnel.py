"""Simulated personnel as rows of the contract: posts, work done, absence, and clients of 24-hour care, by service class, profession and employment.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import days, decimals, first_and_last, lasting, residents_of

DATASET = "personnel"
# Full-time equivalents per 1,000 residents by service class and profession: made up, as all figures here.
FTE_PER_1000 = {
    ("2536", "doctor"): 0.75,
    ("2536", "nurse"): 1.90,
    ("2545", "dentist"): 0.35,
    ("2545", "dental_hygienist"): 0.16,
    ("2535", "physiotherapist"): 0.30,
    ("2453", "psychologist"): 0.22,
    ("2238", "social_worker"): 0.20,
    ("2181", "social_worker"): 0.35,
    ("2235", "nurse"): 3.40,
    ("2211", "nurse"): 4.30,
    ("2211", "other"): 0.90,
    ("2612", "doctor"): 1.40,
    ("2612", "nurse"): 4.60,
    ("2601", "doctor"): 0.16,
    ("2601", "nurse"): 0.95,
}
AGENCY_SHARE = {"doctor": 0.14, "nurse": 0.05}
VACANT_SHARE, SICK_DAYS_PER_FTE = 0.06, 1.35
# Clients of 24-hour care to a full-time equivalent of its staff; the statutory floor of 0.6 workers a client is 1.67 of them.
CLIENTS_PER_FTE, CLASS_24H = 1.52, "2211"
MONTHLY = 0.02


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month, a row for each class, profession and employment that works in it. Equal arguments give equal rows."""
    rng, (_, last) = generator(seed, organiser_code, DATASET, period), first_and_last(period)
    kept = list(FTE_PER_1000)
    thousands = residents_of(organiser_code) / 1000
    size = np.array([FTE_PER_1000[k] * lasting(seed, DATASET, organiser_code, "".join(k), 0.12) for k in kept])
    fte = size * thousands * np.exp(MONTHLY * rng.standard_normal(len(kept)))
    agency = np.array([AGENCY_SHARE.get(profession, 0.01) for _, profession in kept])
    agency = agency * lasting(seed, DATASET, organiser_code, "agency", 0.4)
    vacant = VACANT_SHARE * lasting(seed, DATASET, organiser_code, "vacant", 0.3)
    absence = SICK_DAYS_PER_FTE * np.exp(0.1 * rng.standard_normal(len(kept)))
    clients = CLIENTS_PER_FTE * lasting(seed, DATASET, organiser_code, "clients", 0.05)
    in_24h = sum(f for f, (code, _) in zip(fte, kept, strict=True) if code == CLASS_24H)
    own = _rows(kept, "own", fte * (1 - agency), fte / (1 - vacant), fte * (1 - agency) * absence)
    hired = _rows(kept, "agency", fte * agency, np.zeros(len(kept)), np.zeros(len(kept)))
    is_first = (
        (pl.col("service_class_code") == CLASS_24H)
        & (pl.col("profession") == "nurse")
        & (pl.col("employment") == "own")
    )
    frame = pl.concat([own, hired]).filter(pl.col("fte") > 0)
    return frame.with_columns(
        clients=pl.when(is_first).then(pl.lit(round(in_24h * clients))).otherwise(None).cast(pl.Int32),
        status_on=days(np.array([last]))[0],
    ).sort("service_class_code", "profession", "employment")


def _rows(
    kept: list[tuple[str, str]], employment: str, fte: np.ndarray, posts: np.ndarray, absence: np.ndarray
) -> pl.DataFrame:
    classes, professions = zip(*kept, strict=True)
    return pl.DataFrame(
        {
            "service_class_code": list(classes),
            "profession": list(professions),
            "employment": [employment] * len(kept),
            "posts": decimals(np.round(posts), 8),
            "fte": decimals(fte, 8),
            "absence_days": decimals(np.round(absence), 8),
        }
    )
