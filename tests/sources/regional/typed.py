"""Care contacts as text in the contract's own names and codes, and typed as the scan would type them."""

import hashlib

import pyarrow as pyarrow
from small import connection

from sources.contract import Contract
from sources.regional.county import Dialect
from sources.regional.harmoniser import SENT, sent_expression, typed_columns

# A row that breaks no rule.
BASE = {
    "contact_id": "C-2026-00000001",
    "client_id": "0000000000000000000000000000000a",
    "birth_year": "1980",
    "age_at_assessment_years": "46",
    "sex": "female",
    "home_municipality_code": "091",
    "service_class_code": "2612",
    "contact_mode": "onsite",
    "profession": "doctor",
    "professional_id": "00000000000000a1",
    "unit_id": "U05-001",
    "urgency": "non_urgent",
    "contacted_at": "2026-08-03T08:00",
    "need_assessed_at": "2026-08-03T08:30",
    "booked_at": "2026-08-03T08:20",
    "visited_at": "2026-08-04T09:00",
    "reason_code": "J06.9",
    "visit_duration_hours": "0.50",
}
DIALECT = Dialect(
    organiser_code="05",
    dataset="care_contacts",
    encoding="utf-8",
    delimiter=";",
    decimal=".",
    timestamp_format="%Y-%m-%dT%H:%M",
    date_format=None,
    null_values=("",),
    columns={name: name for name in BASE},
    codes={},
)


def as_text(rows: list[dict]) -> str:
    """The rows as a file in DIALECT."""
    return "\n".join(";".join(line) for line in (list(BASE), *([row[name] for name in BASE] for row in rows))) + "\n"


def typed_table(contract: Contract, rows: list[dict]) -> str:
    """Create a table of these rows with line_number, sent_<column>, <column> and the bounds of August 2026; returns its name."""
    con = connection(1)
    name = "typed_" + hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    con.register(
        "texts", pyarrow.table({n: [row[n] for row in rows] for n in BASE} | {"line_number": range(len(rows))})
    )
    sent = ", ".join(f"{sent_expression(n, DIALECT)} as {SENT}{n}" for n in BASE)
    bounds = "timestamp '2026-08-01' as period_start, timestamp '2026-09-01' as period_end"
    con.execute(
        f"create or replace table {name} as select *, {typed_columns(contract, DIALECT)}, {bounds} "
        f"from (select line_number, {sent} from texts) order by line_number"
    )
    con.unregister("texts")
    return name
