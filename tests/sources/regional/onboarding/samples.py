"""Sample files as a sender without a county file would send them, and drafts made of them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.onboarding.draft import DialectDraft, draft_dialect
from sources.regional.onboarding.knowledge import Knowledge, gather
from sources.simulator.parcel import make_parcel

ROWS = 300
SENT_ON = datetime(2026, 9, 8, 9, tzinfo=UTC)


@cache
def sample(organiser_code: str, dataset: str = "care_contacts") -> bytes:
    """What the simulator makes of a month of this sender, its usual faulty rows included."""
    return make_parcel(organiser_code, "2026-08", 1, SENT_ON, 7, n_rows=ROWS, dataset=dataset).files[0].data


@cache
def known_without(organiser_code: str) -> Knowledge:
    return gather(dataset_contracts(), counties(), but=organiser_code)


def drafted(folder: Path, data: bytes, dataset: str = "care_contacts", but: str = "") -> DialectDraft:
    path = folder / f"sample-{dataset}.csv"
    path.write_bytes(data)
    return draft_dialect(dataset_contracts()[dataset], path, known_without(but))


def csv(header: list[str], *columns: list[str], rows: int = 40) -> bytes:
    """A small UTF-8 file: each column's values repeated down the rows."""
    lines = [";".join(header)]
    lines += [";".join(column[row % len(column)] for column in columns) for row in range(rows)]
    return ("\n".join(lines) + "\n").encode()
