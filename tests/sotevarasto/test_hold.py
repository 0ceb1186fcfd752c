"""`sotevarasto hold`: the list, an answer, and what it refuses, by the command itself on a home with one held delivery."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sources.home import Home
from sources.ledger import Ledger

AT = datetime(2026, 9, 12, tzinfo=UTC)
RECEIPT = "0123456789abcdef"
SENT = {"organiser_code": "05", "dataset": "costs", "period": "2026-08", "sequence": 2}
HELD = {
    "status": "held",
    "rule": "HVA-HOLD-2-004",
    "reason": "30 of the 40 rows in force would go",
    "holds": [{"rule": "HVA-HOLD-2-004", "reason": "30 of the 40 rows in force would go"}],
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")
    found = Home.open(tmp_path / "home", "simulated")
    with Ledger(found.ledger) as ledger:
        ledger.append("receipt", RECEIPT, SENT, AT)
        ledger.append("hold", RECEIPT, HELD, AT)
        ledger.append("night", "n1", {}, AT)
    return found


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["hold", *arguments])
    return done.exit_code, done.output


def test_the_list_tells_receipt_rule_and_figures(home):
    code, said = run("list")
    assert code == 0
    assert RECEIPT in said and "05 costs 2026-08 sequence 2" in said
    assert "HVA-HOLD-2-004 30 of the 40 rows in force would go" in said


def test_an_answer_is_recorded_with_name_account_and_the_homes_time(home):
    code, said = run("answer", RECEIPT, "--release", "--reason", "Confirmed by phone today.", "--by", "Maija")
    assert (code, "recorded" in said) == (0, True)
    with Ledger(home.ledger) as ledger:
        event = ledger.get("hold_answer", RECEIPT)
    assert (event.at, event.body["decision"], event.body["who"]) == (AT, "release", "Maija")
    assert event.body["account"]
    assert "release by Maija" in run("list")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--release",), "--reason"),
        (("--reason", "Confirmed by phone today."), "--release or --refuse"),
        (("--release", "--reason", "Confirmed by phone today.", "--by", "05"), "the sender 05 itself"),
        (("--release", "--reason", "ok"), "say in words why"),
    ],
)
def test_without_reason_decision_or_right_nothing_is_recorded(home, arguments, told):
    code, said = run("answer", RECEIPT, *arguments)
    assert code == 2
    assert told in said
    with Ledger(home.ledger) as ledger:
        assert ledger.get("hold_answer", RECEIPT) is None


def test_another_receipt_is_refused_in_one_line(home):
    code, said = run("answer", "f" * 16, "--refuse", "--reason", "A test export sent by mistake.")
    assert code == 2
    assert said.startswith("sotevarasto: no held delivery")
