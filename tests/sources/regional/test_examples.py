"""Examples for people who look at the checks: few, in order, and with nobody in them."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from sources.home import Home
from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contract
from sources.regional.examples import KEPT, quarantined_examples
from sources.regional.holdings import holdings

AT = datetime(2026, 11, 3, tzinfo=UTC)
CONTRACT = dataset_contract("care_contacts")


@pytest.fixture
def home(tmp_path):
    return Home.open(tmp_path / "ä home", "simulated")


def deliver(
    home,
    ledger,
    receipt_id,
    rows=(),
    *,
    at=AT,
    status="accepted",
    period="2026-08",
    sequence=1,
    organiser="05",
    accepted=7,
):
    """A judged delivery; `rows` are (rule, column, line, value) of its quarantine."""
    sent = {
        "organiser_code": organiser,
        "dataset": "care_contacts",
        "period": period,
        "sequence": sequence,
        "origin": "synthetic",
    }
    ledger.append("receipt", receipt_id, sent, at)
    quarantine = None
    if rows:
        path = home.quarantine / "care_contacts" / f"{receipt_id}.parquet"
        path.parent.mkdir(exist_ok=True)
        with duckdb.connect() as con:
            con.execute(
                "create table q (receipt_id varchar, organiser_code varchar, dataset varchar, period varchar, sequence integer, file_name varchar,"
                " line_number bigint, column_name varchar, rule_id varchar, value_as_sent varchar)"
            )
            for rule, column, line, value in rows:
                told = [receipt_id, organiser, "care_contacts", period, sequence, "a.csv", line, column, rule, value]
                con.execute(f"insert into q values ({', '.join('?' * 10)})", told)
            con.execute(f"copy q to '{path}' (format parquet)")
        quarantine = {"path": f"care_contacts/{receipt_id}.parquet", "rows": len(rows)}
    body = {"status": status, "quarantine": quarantine, "rows_accepted": accepted if status == "accepted" else 0}
    ledger.append("verdict", receipt_id, body, at)


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("client_id", "abc", "***"),
        ("professional_id", "x", "***"),
        ("contact_id", "c-1", "***"),
        ("sex", "Matti Meikäläinen", "***"),
        ("sex", "Meikäläinen, Matti", "***"),
        ("sex", "010190-123A", "***"),
        ("unit_id", "0401234567", "***"),
        ("unit_id", "040 123 4567", "***"),
        ("sex", "X", "X"),
        ("contacted_at", "2026-02-31T09:15", "2026-02-31T09:15"),
        ("birth_year", None, None),
        ("sex", "x" * 90, "x" * 23 + "…"),
    ],
)
def test_a_value_is_shown_only_if_it_tells_of_nobody(home, column, value, shown):
    with Ledger(home.ledger) as ledger:
        deliver(home, ledger, "r1", [("R1", column, 2, value)])
        (example,) = quarantined_examples(home, ledger, CONTRACT, AT)["R1"]
    assert example["value_as_sent"] == shown
    assert "client_id" not in example


def test_five_of_each_rule_in_the_order_of_senders_and_lines_and_only_tonights(home):
    with Ledger(home.ledger) as ledger:
        deliver(home, ledger, "old", [("R1", "sex", 1, "Q")], at=AT - timedelta(days=1))
        deliver(home, ledger, "r2", [("R1", "sex", n, "X") for n in range(9, 2, -1)], organiser="06")
        deliver(home, ledger, "r1", [("R1", "sex", 70, "X"), ("R2", None, 71, None)], organiser="05")
        found = quarantined_examples(home, ledger, CONTRACT, AT)
    assert [(e["organiser_code"], e["line_number"]) for e in found["R1"]] == [
        ("05", 70),
        ("06", 3),
        ("06", 4),
        ("06", 5),
        ("06", 6),
    ]
    assert len(found["R1"]) == KEPT and len(found["R2"]) == 1


def test_a_night_without_quarantine_has_no_examples(home):
    with Ledger(home.ledger) as ledger:
        deliver(home, ledger, "r1")
        assert quarantined_examples(home, ledger, CONTRACT, AT) == {}


def test_holdings_count_the_highest_accepted_sequence_of_each_month(home):
    with Ledger(home.ledger) as ledger:
        deliver(home, ledger, "r2", sequence=2, accepted=9)
        deliver(home, ledger, "r1", sequence=1, accepted=7)
        deliver(home, ledger, "r3", sequence=3, status="rejected", at=AT + timedelta(days=1))
        deliver(home, ledger, "r4", period="2026-09", organiser="HUS", accepted=4, at=AT + timedelta(days=1))
        tonight, later = (holdings(ledger, "care_contacts", AT + timedelta(days=n)) for n in (0, 1))
    assert tonight.rows == {"05": {"2026-08": 9}}
    assert later.rows == {"05": {"2026-08": 9}, "HUS": {"2026-09": 4}}
    assert later.periods == ["2026-08", "2026-09"]
    assert later.by_night == {"2026-11-03": 2, "2026-11-04": 2}
    assert later.is_synthetic
