"""What the real desk says of a simulated month of every sender."""

import json
from datetime import datetime
from pathlib import Path

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.intake import take_in
from sources.simulator.calendar import HELSINKI, business_time
from sources.simulator.parcel import Parcel, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders

MADE = datetime(2026, 10, 10, 8, 15, tzinfo=HELSINKI)


def judged(root: Path, dataset: str, period: str) -> tuple[list[Parcel], list[dict]]:
    """Everyone's month without the sender's usual faults, and the verdicts."""
    home = Home.open(root, "simulated")
    parcels = [make_parcel(code, period, 1, MADE, SEED, has_row_faults=False, dataset=dataset) for code in senders()]
    for parcel in parcels:
        folder = home.inbox / parcel.organiser_code
        folder.mkdir(parents=True, exist_ok=True)
        for file in parcel.files:
            (folder / file.name).write_bytes(file.data)
        (folder / parcel.manifest_name).write_bytes(parcel.manifest_bytes())
    with Ledger(home.ledger) as ledger:
        assert not take_in(home, ledger, Landing(home.landing), at=business_time(0)).problems
        verdicts = [event.body for event in ledger.events("verdict")]
    return parcels, verdicts


def outlook(root: Path, organiser_code: str) -> dict[str, object]:
    """The figures of the sender's outlook, by name; None where the pipeline could not work one out."""
    (path,) = (root / "reports" / organiser_code).glob("*.outlook.json")
    return {figure["figure"]: figure["now"] for figure in json.loads(path.read_text("utf-8"))["figures"]}
