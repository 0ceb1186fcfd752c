"""The simulated person who drops published files that have no interface into the inbox. Their figures are real.

Belongs here: the two editions of the need factors, with their provenance, on day 0. Does not belong here: what becomes of them (sources/national).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from pathlib import Path

import yaml

from sources.durable import write_atomic
from sources.simulator.calendar import FIRST_NIGHT, HELSINKI
from sources.simulator.tables import FIGURES

# Edition, the day of its publication, and the hour of the day before the first night at which it is dropped.
EDITIONS = (("preliminary", "2025-04-30", 9), ("final", "2025-06-25", 15))


def drop_need_factors(folder: Path, records: Path) -> int:
    """Put both editions into `folder` (inbox/national/need_factors) once in a home's life; returns how many were put there now.

    `records` is the home's simulator folder, which remembers it.
    """
    sent = records / "sent" / "need_factors"
    sent.mkdir(parents=True, exist_ok=True, mode=0o700)
    dropped = 0
    for edition, published_on, hour in EDITIONS:
        if (sent / edition).exists():
            continue
        name = f"need_factors_{edition}_{published_on}.csv"
        data = (FIGURES / name).read_bytes()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(folder / name, data)
        write_atomic(folder / f"{name}.provenance.yml", _provenance(edition, published_on, hour, name, data))
        write_atomic(sent / edition, "")
        dropped += 1
    return dropped


def _provenance(edition: str, published_on: str, hour: int, name: str, data: bytes) -> str:
    obtained = datetime.combine(FIRST_NIGHT - timedelta(days=1), time(hour), HELSINKI)
    said = {
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "publisher": "Terveyden ja hyvinvoinnin laitos (THL)",
        "title": "Hyvinvointialueiden tarvekertoimet 2018–2023",
        "vintage": f"THL_{edition}_{published_on}",
        "published_on": published_on,
        "obtained_at": obtained.isoformat(),
        "address": "https://github.com/juusotam/hva_tarvevakiointi",
        "licence": "CC BY 4.0",
        "origin": "published",
        "notes": "THL's workbook as carried by the repository at commit 836bc74; its sheets laid out as one table.",
    }
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
