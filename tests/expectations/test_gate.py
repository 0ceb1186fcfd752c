"""The gate: what could not be judged never passes, numbers come with their denominators, and the connection stays its owner's."""

import logging
import socket
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest

from expectations.engine import Planned, open_session
from expectations.gate import CheckOutcome, run_suite, tally
from expectations.model import Known, Plan, Relation
from expectations.suites import accepted_contacts, minimum_dataset
from tests.expectations.conftest import judged


def suite_of(*plans: Plan, relations=()):
    """A suite of checks with these plans, called X-0, X-1 …"""
    like = accepted_contacts().expectations[0]
    checks = tuple(replace(like, id=f"X-{n}", plan=plan, judged_from=1) for n, plan in enumerate(plans))
    return replace(accepted_contacts(), expectations=checks, relations=tuple(relations))


def statuses(con, suite, relation="t", known=None):
    return [o.status for o in run_suite(con, suite, relation, known)]


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute("create table t as select range as n, 'abc' as word from range(10)")
        yield connection


FINE = Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "n", "min_value": 4, "max_value": 5})
FIGURES = "select 'all' as subject, 1 as numerator, 2 as denominator, {} as value, 0 as minimum, 1 as maximum"


@pytest.mark.parametrize(
    "broken",
    [
        Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "absent", "min_value": 0}),
        Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "word", "min_value": 0}),
        Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "n", "min_value": "low"}),
        Plan("gx_rows", "ExpectNoSuchThing", {}),
        Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "n"}, judged="count(absent)"),
        Plan("gx_rows", figures="select absent as subject from gx_rows"),
        Plan(
            "gx_rows",
            figures="select 'x' as subject, error('boom') as numerator, 1 as denominator, 1 as value, 0 as minimum, 1 as maximum",
        ),
        Plan("gx_never_made", "ExpectTableRowCountToBeBetween", {"min_value": 0}),
    ],
)
def test_a_check_that_breaks_is_an_error_and_the_others_are_judged(con, broken):
    outcomes = run_suite(con, suite_of(FINE, broken, FINE), "t")
    assert [o.status for o in outcomes] == ["PASS", "ERROR", "PASS"]
    assert "could not be run" in outcomes[1].reason
    assert "\n" not in outcomes[1].reason
    assert outcomes[1].is_blocking


def test_a_query_that_fails_only_while_great_expectations_runs_it_is_an_error(con):
    query = "select * from {batch} where word::integer > 0"
    with open_session(con) as session:
        verdicts = session.validate("t", [
            Planned("bad", "UnexpectedRowsExpectation", {"unexpected_rows_query": query}),
            Planned("good", "ExpectTableRowCountToEqual", {"value": 10}),
        ])  # fmt: skip
    assert verdicts["bad"].error
    assert not verdicts["bad"].success
    assert verdicts["good"].success
    assert verdicts["good"].error is None


def test_a_relation_that_could_not_be_derived_makes_errors_of_the_checks_on_it(con):
    derived = Relation("gx_derived", "select absent from gx_rows")
    suite = suite_of(Plan("gx_derived", "ExpectTableRowCountToBeBetween", {"min_value": 0}), FINE, relations=[derived])
    outcomes = run_suite(con, suite, "t")
    assert [o.status for o in outcomes] == ["ERROR", "PASS"]
    assert "absent" in outcomes[0].reason


def test_an_unknown_table_makes_an_error_of_every_check(con):
    outcomes = run_suite(con, accepted_contacts(), "nowhere.accepted")
    assert {o.status for o in outcomes} == {"ERROR"}
    assert len(outcomes) == len(accepted_contacts().expectations)


@pytest.mark.parametrize("name", ["t; drop table t", "", "(select 1)", "t where 1=1"])
def test_what_is_no_name_of_a_table_is_refused(con, name):
    with pytest.raises(ValueError, match="no name of a table"):
        run_suite(con, suite_of(FINE), name)


def test_great_expectations_that_cannot_start_makes_errors(con, monkeypatch):
    def fails(connection):
        raise ImportError("no module named great_expectations")

    monkeypatch.setattr("expectations.gate.open_session", fails)
    assert statuses(con, suite_of(FINE, FINE)) == ["ERROR", "ERROR"]


def test_a_result_that_does_not_come_back_is_an_error(con, monkeypatch):
    monkeypatch.setattr("expectations.engine.Session._run", lambda self, table, expectations: [])
    assert statuses(con, suite_of(FINE)) == ["ERROR"]


@pytest.mark.parametrize("value", ["2", "-1", "null::double", "'nan'::double", "'inf'::double"])
def test_a_figure_outside_its_bounds_or_without_a_value_fails(con, value):
    outcome = run_suite(con, suite_of(Plan("gx_rows", figures=FIGURES.format(value))), "t")[0]
    assert outcome.status == "FAIL"
    assert outcome.figures[0]["is_outside"]


@pytest.mark.parametrize("value", ["0", "0.5", "1"])
def test_a_figure_within_its_bounds_passes(con, value):
    assert statuses(con, suite_of(Plan("gx_rows", figures=FIGURES.format(value)))) == ["PASS"]


def test_figures_below_the_smallest_denominator_are_shown_and_not_judged(con):
    figures = " union all ".join(
        f"select '{name}' as subject, 0 as numerator, {n} as denominator, 9 as value, 0 as minimum, {top} as maximum"
        for name, n, top in [("large", 1, 10), ("small", 0.5, 1)]
    )
    outcome = run_suite(con, suite_of(Plan("gx_rows", figures=figures)), "t")[0]
    assert outcome.status == "PASS"
    assert outcome.denominators == {"subjects": 2, "judged": 1, "largest_denominator": 1}
    assert [(f["subject"], f["is_judged"]) for f in outcome.figures] == [("large", True), ("small", False)]


def test_of_many_figures_those_outside_are_kept_and_the_spread_is_of_all(con):
    figures = "select 's' || i as subject, i as numerator, 1 as denominator, i as value, 0 as minimum, 997 as maximum from range(1000) r(i)"
    outcome = run_suite(con, suite_of(Plan("gx_rows", figures=figures)), "t")[0]
    assert outcome.observed == {"outside": 2, "lowest": 0, "highest": 999}
    assert [f["subject"] for f in outcome.figures[:2]] == ["s999", "s998"]
    assert len(outcome.figures) < outcome.denominators["subjects"] == 1000


@pytest.mark.parametrize(
    ("minimum", "maximum", "order"),
    [
        (0.33, 3, ["none", "nought", "a hundredth", "thirty", "ten", "four", "a quarter"]),
        (0, 0, ["none", "thirty", "ten", "four", "a quarter", "a hundredth"]),
        ("null", 1, ["none", "thirty", "ten", "four"]),
    ],
)
def test_a_failure_names_those_furthest_beyond_their_bounds_first(con, minimum, maximum, order):
    values = {"four": 4, "ten": 10, "a hundredth": 0.01, "a quarter": 0.25, "nought": 0, "thirty": 30, "none": "null"}
    figures = " union all ".join(
        f"select '{name}' as subject, 1 as numerator, 1 as denominator, {value}::double as value, {minimum} as minimum, {maximum} as maximum"
        for name, value in values.items()
    )
    outcome = run_suite(con, suite_of(Plan("gx_rows", figures=figures)), "t")[0]
    assert [f["subject"] for f in outcome.figures if f["is_outside"]] == order
    places = [outcome.reason.index(f"{name}: ") for name in order[:5]]
    assert places == sorted(places)


def test_an_empty_table_fails_its_volume_and_is_not_applicable_elsewhere(contacts, known):
    contacts.execute("delete from accepted")
    outcomes = judged(contacts, accepted_contacts(), "accepted", replace(known, previous_rows=None))
    assert [i for i, o in outcomes.items() if o.status == "FAIL"] == ["HVA-GX-CC-001", "HVA-GX-CC-002"]
    assert {o.status for i, o in outcomes.items() if i > "HVA-GX-CC-002"} == {"N-A"}
    assert all(o.reason for o in outcomes.values())


def test_before_the_first_accepted_delivery_nothing_is_applicable(contacts):
    contacts.execute("delete from accepted")
    outcomes = judged(contacts, accepted_contacts(), "accepted", Known(deliveries={}))
    assert {(o.status, o.reason) for o in outcomes.values()} == {("N-A", "No delivery has been accepted yet.")}


def test_an_empty_mart_is_not_published(mart):
    mart.execute("delete from mart.minimum_dataset")
    outcomes = judged(mart, minimum_dataset(), "mart.minimum_dataset")
    assert outcomes["HVA-GX-MD-001"].is_blocking
    assert {o.status for i, o in outcomes.items() if i > "HVA-GX-MD-003"} == {"N-A"}


def test_what_is_not_known_is_not_applicable_with_the_reason(contacts):
    outcomes = judged(contacts, accepted_contacts(), "accepted")
    not_known = {i: o.reason for i, o in outcomes.items() if o.status == "N-A"}
    assert not_known == {
        "HVA-GX-CC-002": "The row counts of the accepted deliveries were not given to the check.",
        "HVA-GX-CC-003": "There is no earlier release.",
        "HVA-GX-CC-005": "The organisers' numbers of residents are not known.",
        "HVA-GX-CC-006": "The organisers' numbers of residents are not known.",
    }


def test_a_few_rows_are_too_little_to_judge_shares(contacts, known):
    contacts.execute("delete from accepted where organiser_code <> '05' or period <> '2026-06'")
    outcomes = judged(contacts, accepted_contacts(), "accepted", Known({("05", "2026-06"): 100}, known.residents))
    blocking = {i: o.status for i, o in outcomes.items() if o.severity == "error"}
    assert set(blocking.values()) == {"PASS", "N-A"}
    assert "judged from 500" in outcomes["HVA-GX-CC-014"].reason


def test_the_tally_keeps_what_was_not_judged_out_of_the_score(contacts):
    outcomes = run_suite(contacts, accepted_contacts(), "accepted")
    counts = tally(outcomes)
    assert sum(counts.values()) == len(accepted_contacts().expectations)
    more = [*outcomes, *(o for o in outcomes if o.status == "N-A")]
    assert {s: n for s, n in tally(more).items() if s != "N-A"} == {s: n for s, n in counts.items() if s != "N-A"}


def test_only_failed_or_broken_errors_block():
    def outcome(status, severity):
        return CheckOutcome("X", status, severity, "d", {}, {}, {}, "")

    blocking = {
        (s, v) for s in ("PASS", "FAIL", "N-A", "ERROR") for v in ("error", "warning") if outcome(s, v).is_blocking
    }
    assert blocking == {("FAIL", "error"), ("ERROR", "error")}


def test_the_connection_is_left_usable_and_clean(con):
    con.execute("create temp view mine as select * from t")
    before = _relations(con)
    assert statuses(con, suite_of(FINE), "mine") == ["PASS"], "a temporary view of the caller is seen"
    assert statuses(con, suite_of(FINE, Plan("gx_rows", "ExpectNoSuchThing")), "mine") == ["PASS", "ERROR"]
    assert _relations(con) == before
    con.execute("begin")
    con.execute("insert into t values (10, 'x')")
    con.execute("rollback")
    assert con.execute("select count(*) from t").fetchone() == (10,)


def test_a_read_only_file_is_judged_and_free_afterwards(tmp_path):
    path = tmp_path / "work.duckdb"
    with duckdb.connect(str(path)) as writer:
        writer.execute("create schema mart; create table mart.t as select range as n from range(10)")
    con = duckdb.connect(str(path), read_only=True)
    assert statuses(con, suite_of(FINE), "mart.t") == ["PASS"]
    assert statuses(con, suite_of(FINE), "work.mart.t") == ["PASS"]
    del con
    duckdb.connect(
        str(path)
    ).close()  # refused while any handle of this process, the library's included, still holds the file read-only


def _relations(con):
    return con.execute(
        "select database_name, table_name from duckdb_tables() union all "
        "select database_name, view_name from duckdb_views() where not internal order by all"
    ).fetchall()


class _Kept(logging.Handler):
    """What reaches the root logger, as Dagster or a terminal would show it."""

    def __init__(self):
        super().__init__()
        self.names = []

    def emit(self, record):
        self.names.append(record.name)


@pytest.fixture
def logged():
    handler, root = _Kept(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.names
    root.removeHandler(handler)
    root.setLevel(level)


def test_no_socket_is_opened_and_nothing_is_printed(contacts, known, monkeypatch, capfd, logged):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run_suite(contacts, accepted_contacts(), "accepted", known)
    statuses(contacts, suite_of(Plan("gx_rows", "ExpectColumnMeanToBeBetween", {"column": "absent"})), "accepted")
    assert capfd.readouterr() == ("", "")
    assert not [name for name in logged if name.startswith("great_expectations")]


def test_neither_the_gate_nor_the_suites_import_great_expectations():
    code = (
        "import sys, expectations.gate, expectations.pages, expectations.suites as s\n"
        "s.accepted_contacts(), s.minimum_dataset()\n"
        "print(sorted({'great_expectations', 'duckdb', 'pandas', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_telemetry_is_switched_off_before_the_library_is_imported():
    code = (
        "import os; os.environ['GX_ANALYTICS_ENABLED'] = 'true'\n"
        "from expectations.engine import _library; _library()\n"
        "print(os.environ['GX_ANALYTICS_ENABLED'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "false"
