"""Deliveries of any size, for measuring: the same senders and dialects, as many rows as asked for.

Belongs here: dividing a number of rows among senders and months. Does not belong here: measuring (benchmarks).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np

from sources.simulator.calendar import HELSINKI
from sources.simulator.events import SAMPLE_SHARE
from sources.simulator.parcel import Parcel, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.residents import residents
from sources.simulator.senders import senders
from sources.simulator.tables import expected_contacts


def parcels(total_rows: int, periods: Sequence[str], seed: int = SEED) -> Iterator[Parcel]:
    """One delivery a sender and month 'YYYY-MM', one at a time, together of about `total_rows` rows divided as real contacts are.

    Only one parcel is in memory; each is as it would be without the others. `sample_share` in the manifests stays the default: rates of such a volume
    mean nothing.
    """
    people = residents(seed, SAMPLE_SHARE).by_county
    keys = [(code, period) for period in periods for code in senders()]
    expected = np.array([expected_contacts(code, period, people).sum() for code, period in keys])
    rows = np.rint(expected / expected.sum() * total_rows).astype(int).tolist()
    for (code, period), n_rows in zip(keys, rows, strict=True):
        following = date.fromisoformat(f"{period}-28") + timedelta(days=12)
        made = datetime.combine(following, time(8, 15), HELSINKI)
        yield make_parcel(code, period, 1, made, seed, n_rows=n_rows)
