"""What rows say, as one digest.

Belongs here: the digest by which a night knows that nothing new was said; the ledger keeps it, so how it is made may never change. Does not belong here: the digest of a file (landing.py).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def content_digest(frame: pl.DataFrame) -> str:
    """SHA-256 of the rows alone, in their order: equal for two replies that say the same, whatever their time stamps and notes."""
    return hashlib.sha256(frame.write_csv().encode("utf-8")).hexdigest()
