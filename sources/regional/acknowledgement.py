"""The receipt as its sender gets it: one small JSON file for each delivery received, written before anything is parsed.

Belongs here: what the file says, and writing those that are missing, whatever became of them: all of it stands in the ledger. Does not belong here: taking the bytes
in (receipt.py), the verdict (report.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sources.durable import fsync_dir, kill_point, write_atomic
from sources.home import Home
from sources.ledger import Event, Ledger

_FORMAT = 1


def path_of(home: Home, receipt: Event) -> Path:
    """Where the receipt file of a receipt event lies."""
    return home.receipts / receipt.body["organiser_code"] / f"{receipt.subject}.json"


def write_receipts(home: Home, ledger: Ledger) -> int:
    """Write every receipt file that is not there; returns how many. Written again it is the same, byte for byte. OSError when the home cannot be written."""
    written, folders = 0, set()
    for receipt in ledger.each("receipt"):
        path = path_of(home, receipt)
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            text = json.dumps(acknowledgement(receipt), ensure_ascii=False, indent=1) + "\n"
            write_atomic(path, text, flushes_folder=False)
            kill_point("receipt.written")
            written += 1
            folders.add(path.parent)
    for folder in sorted(folders):
        fsync_dir(folder)
    return written


def acknowledgement(receipt: Event) -> dict[str, Any]:
    """The receipt: its id, what was received under which hashes as computed here, when, and its place in the ledger's chain, by which it can be proven."""
    sent = receipt.body
    return {
        "format": _FORMAT,
        "receipt_id": receipt.subject,
        "organiser_code": sent["organiser_code"],
        "dataset": sent["dataset"],
        "period": sent["period"],
        "sequence": sent["sequence"],
        "manifest": {"name": sent["manifest_name"], "sha256": sent["manifest_sha256"]},
        "files": sent["files"],
        "signature": sent.get("signature"),
        "received_at": receipt.at.isoformat(timespec="seconds"),
        "ledger": {"seq": receipt.seq, "hash": receipt.hash},
    }
