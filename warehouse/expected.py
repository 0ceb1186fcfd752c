"""What has come of every month that a sender owes, as a table.

Belongs here: laying the expectations beside the deliveries for delivery_status.sql. Does not belong here: the calendar itself (sources/regional/expected.py), reminders and
pages (orchestration).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sources.ledger import Ledger
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.expected import PARTIAL_SHARE, expectations, local_day
from warehouse.sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def create_delivery_status(con: DuckDBPyConnection, ledger: Ledger, at: datetime) -> None:
    """Make the table `delivery_status` beside the table `delivery` (queries/delivery.sql), as known at business time `at`."""
    import pyarrow as pa

    owed = expectations(ledger, dataset_contracts(), counties(), at)
    columns = {
        "organiser_code": pa.array([e.organiser_code for e in owed], pa.string()),
        "dataset": pa.array([e.dataset for e in owed], pa.string()),
        "period": pa.array([e.period for e in owed], pa.string()),
        "due_on": pa.array([e.due_on for e in owed], pa.date32()),
        "late_after": pa.array([e.late_after.astimezone(UTC).replace(tzinfo=None) for e in owed], pa.timestamp("us")),
    }
    con.register("owed", pa.table(columns))
    con.execute("CREATE OR REPLACE TABLE expectation AS FROM owed")
    con.unregister("owed")
    con.execute("SET VARIABLE today = ?", [local_day(at)])
    con.execute("SET VARIABLE partial_share = ?", [PARTIAL_SHARE])
    con.execute(f"CREATE OR REPLACE TABLE delivery_status AS {query('delivery_status')}")
