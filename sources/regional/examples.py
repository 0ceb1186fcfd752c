"""A few quarantined values of each row rule, for people who look at the checks.

Belongs here: choosing them, and hiding more than quarantine does, since whoever opens the user interface sees them. Does not belong here: quarantine
itself (quarantine.py) and the sender's report (report.py).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sources.contract import Contract
from sources.home import Home
from sources.identity_code import MASK
from sources.ledger import Ledger
from sources.regional.shown import shown

KEPT = 5
_SHOWN_AT_MOST = 24
# Several words, or figures as long as a telephone number, may be someone's: a column of another meaning may have been sent in this one's place.
_TELLING = re.compile(r"[^\W\d_]{2,}[\s,]+[^\W\d_]{2,}|\d[\d ]{8,}")
_PLACE = ("organiser_code", "period", "file_name", "line_number")


def quarantined_examples(
    home: Home, ledger: Ledger, contract: Contract, at: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Up to five rows of each rule that quarantined something at business time `at`: rule id → organiser_code, period, file_name, line_number, column_name,
    value_as_sent. Values of identifying and key columns, and whatever looks like a person's, are `***`."""
    import duckdb

    when = at.astimezone(UTC)
    verdicts = (e.body for e in ledger.events("verdict") if e.at == when)
    paths = [home.quarantine / body["quarantine"]["path"] for body in verdicts if body["quarantine"]]
    files = [str(path) for path in paths if path.is_file()]
    if not files:
        return {}
    columns = (*_PLACE, "column_name", "value_as_sent")
    with duckdb.connect() as con:
        found = con.execute(
            f"select rule_id, {', '.join(columns)} from read_parquet($1) where dataset = $2 "
            f"qualify row_number() over (partition by rule_id order by {', '.join(_PLACE)}, column_name) <= {KEPT} "
            f"order by rule_id, {', '.join(_PLACE)}, column_name",
            [files, contract.name],
        ).fetchall()
    hidden = {c.name for c in contract.columns if c.identifying} | set(contract.key)
    examples: dict[str, list[dict[str, Any]]] = {}
    for rule_id, *values in found:
        row = dict(zip(columns, values, strict=True))
        row["file_name"] = shown(row["file_name"])
        row["value_as_sent"] = _harmless(row["value_as_sent"], row["column_name"] in hidden)
        examples.setdefault(rule_id, []).append(row)
    return examples


def _harmless(value: str | None, is_hidden: bool) -> str | None:
    if not value:
        return value
    if is_hidden or _TELLING.search(value):
        return MASK
    return shown(value, _SHOWN_AT_MOST)
