"""Simulated development work as rows of the contract: projects, ideas, operating models and the self-assessment of maturity.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.senders import senders
from sources.simulator.themes.kit import as_known_on, days, drawn, first_and_last, lasting, months_until

DATASET = "development"
THEME_WEIGHTS = {
    "need": 0.1,
    "availability": 0.25,
    "quality": 0.15,
    "effectiveness": 0.1,
    "equality": 0.1,
    "coordination": 0.15,
    "costs": 0.05,
    "productivity": 0.1,
}
STAGES = {"planned": 0.3, "trial": 0.4, "in_use": 0.3}
# New ones a month, and for how many months they may be open: made up, as all figures here. Of operating models so many are another's.
NEW_A_MONTH, MONTHS_OPEN, ADOPTED = {"project": 0.5, "idea": 4.0, "operating_model": 0.6}, 24, 0.4
AREAS = 10


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: what was open in it, and its self-assessment of ten areas. Equal arguments give equal rows."""
    first, last = first_and_last(period)
    begun = [
        _begun(organiser_code, month, kind, seed) for month in months_until(period, MONTHS_OPEN) for kind in NEW_A_MONTH
    ]
    is_open = pl.col("ended_on").is_null() | (pl.col("ended_on").cast(pl.Int32) >= first)
    items = as_known_on(pl.concat(begun).filter(is_open), last, ["ended_on"])
    items = items.with_columns(
        stage=pl.when(pl.col("ended_on").is_not_null()).then(pl.lit("ended")).otherwise(pl.col("stage"))
    )
    frame = pl.concat([items, _maturity(organiser_code, period[:4], seed)])
    return frame.with_columns(status_on=days(np.array([last]))[0])


def _begun(organiser_code: str, month: str, kind: str, seed: int) -> pl.DataFrame:
    """What began in a month, with the day on which it will end and the votes that an idea will have."""
    rng, (first, last) = generator(seed, organiser_code, DATASET, month, kind), first_and_last(month)
    count = rng.poisson(NEW_A_MONTH[kind] * lasting(seed, DATASET, organiser_code, kind, 0.5))
    started = rng.integers(first, last + 1, count)
    others = [code for code in senders() if code != organiser_code]
    from_others = pl.Series(others, dtype=pl.String).gather(
        pl.Series(rng.integers(0, len(others), count, dtype=np.uint32))
    )
    is_own = pl.Series((rng.random(count) >= ADOPTED) | (kind != "operating_model"), dtype=pl.Boolean)
    number = pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(3)
    prefix = f"{kind[0].upper()}{organiser_code}-{month.replace('-', '')}-"
    return pl.DataFrame(
        {
            "item_id": pl.Series([prefix], dtype=pl.String) + number,
            "item_kind": pl.Series([kind] * count, dtype=pl.String),
            "theme": drawn(rng, THEME_WEIGHTS, count),
            "stage": drawn(rng, STAGES, count),
            "started_on": days(started),
            "ended_on": days(started + rng.integers(30, 900, count)),
            "votes": pl.Series(
                rng.integers(0, 60, count).astype(np.int32) if kind == "idea" else [None] * count, dtype=pl.Int32
            ),
            "adopted_from": from_others.set(is_own, None),
            "maturity_area": pl.Series([None] * count, dtype=pl.Int32),
            "maturity_level": pl.Series([None] * count, dtype=pl.Int32),
        }
    )


def _maturity(organiser_code: str, year: str, seed: int) -> pl.DataFrame:
    """The self-assessment, the same all year: a level of 1 to 5 for each area."""
    first, _ = first_and_last(f"{year}-01")
    levels = generator(seed, organiser_code, DATASET, "maturity", year).integers(1, 6, AREAS).astype(np.int32)
    areas = np.arange(1, AREAS + 1, dtype=np.int32)
    themes = list(THEME_WEIGHTS)
    return pl.DataFrame(
        {
            "item_id": [f"MA{organiser_code}-AREA-{area:02d}" for area in areas],
            "item_kind": ["maturity"] * AREAS,
            "theme": [themes[(area - 1) % len(themes)] for area in areas],
            "stage": ["in_use"] * AREAS,
            "started_on": days(np.full(AREAS, first)),
            "ended_on": pl.Series([None] * AREAS, dtype=pl.Date),
            "votes": pl.Series([None] * AREAS, dtype=pl.Int32),
            "adopted_from": pl.Series([None] * AREAS, dtype=pl.String),
            "maturity_area": areas,
            "maturity_level": levels,
        }
    )
