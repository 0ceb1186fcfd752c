"""The judge: what a delivery comes to, what is written of it, and that the same delivery always comes to the same bytes."""

import stat
from dataclasses import replace

import duckdb
import pytest
from deliveries import contacts, written
from small import CONTEXT, DIALECT, HEADER, RULES, SMALL, connection, file, judge, sound
from typed import BASE, as_text
from typed import DIALECT as CARE

from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.judge import (
    Delivery,
    JudgeError,
    SourceFile,
    stage_deliveries,
    stage_file,
    stage_files,
    validate_accepted,
)
from sources.regional.rules import compile_rules
from sources.regional.verdict import Judgement

CONTRACT = dataset_contracts()["care_contacts"]
CARE_RULES = compile_rules(CONTRACT)
UNIQUE = "HVA-SM-1-006"


def lines(count: int, start: int = 2) -> list[str]:
    return [sound(n) for n in range(start, start + count)]


def query(folder, sql: str) -> list[tuple]:
    return connection(1).execute(sql.replace("STAGED", f"'{folder / 'staged.parquet'}'")).fetchall()


def counts(judged) -> dict[str, tuple[int, int]]:
    return {c["rule"]: (c["failed"], c["applicable"]) for c in judged.judgement.rule_counts}


def test_the_staged_file_says_of_every_line_what_it_is_and_where_it_came_from(tmp_path):
    judged = judge(tmp_path, file(*lines(20), "a22;x;1.5;", "a23;x;", ""))
    assert judged.code is None
    described = query(tmp_path, "select column_name, column_type from (describe select * from STAGED)")
    assert described == [
        ("record_number", "BIGINT"),
        ("line_number", "BIGINT"),
        ("file_name", "VARCHAR"),
        ("id", "VARCHAR"),
        ("name", "VARCHAR"),
        ("amount", "DECIMAL(5,2)"),
        ("at", "TIMESTAMP"),
        ("organiser_code", "VARCHAR"),
        ("period", "VARCHAR"),
        ("receipt_id", "VARCHAR"),
        ("sequence", "INTEGER"),
        ("sample_share", "DECIMAL(9,6)"),
        ("rule_mask", "UBIGINT"),
        ("sent", "VARCHAR[]"),
    ]
    rows = query(
        tmp_path,
        "select record_number, line_number, file_name, organiser_code, period, receipt_id, sequence, sample_share::varchar from STAGED",
    )
    assert rows == [(n - 1, n, "a.csv", "05", "2026-08", "receipt-1", 1, "0.010000") for n in range(2, 25)]
    assert query(tmp_path, "select line_number, sent from STAGED where sent is not null") == [
        (22, ["a22", "x", "1.5", ""]),
        (23, ["a23;x;"]),
        (24, [""]),
    ]
    assert query(tmp_path, 'select id, name, amount, "at" from STAGED where line_number = 23') == [
        (None, None, None, None)
    ]
    assert stat.S_IMODE((tmp_path / "staged.parquet").stat().st_mode) == 0o600


def test_received_is_accepted_and_quarantined_and_each_rule_has_its_denominator(tmp_path):
    bad = ["a22;x;1.5;", ";x;;", "a24;x;200,00;03.08.2026 10:00", "a25;x"]
    judged = judge(tmp_path, file(*lines(40), *bad, ""))
    judgement = judged.judgement
    assert (judgement.rows_received, judgement.rows_accepted, judgement.rows_quarantined, judgement.records) == (
        45,
        40,
        5,
        44,
    )
    assert counts(judged) == {
        "HVA-SM-1-001": (1, 43),
        "HVA-SM-1-002": (0, 42),
        "HVA-SM-1-003": (1, 42),
        "HVA-SM-1-004": (1, 41),
        "HVA-SM-1-005": (0, 41),
        "HVA-SM-1-006": (0, 40),
        "HVA-FILE-0-020": (1, 45),
        "HVA-FILE-0-021": (1, 45),
    }


def test_of_alike_rows_the_first_is_kept_and_of_differing_rows_none(tmp_path):
    content = file(*lines(60), sound(5), "a7;Nimi 7;1,51;03.08.2026 09:07", sound(5), sound(9).replace("1,50", "1,5"))
    judged = judge(tmp_path, content)
    # Line 7 and 63 differ; 62, 64 repeat line 5; 65 writes the same amount as line 9 in another way and is alike once typed.
    assert judged.faults == dict.fromkeys([7, 62, 63, 64, 65], {UNIQUE})
    assert [row[0] for row in judged.rows] == [n for n in range(2, 62) if n != 7]
    assert counts(judged)[UNIQUE] == (5, 64)
    assert query(tmp_path, "select sent from STAGED where line_number in (65, 7) order by line_number") == [
        (["a7", "Nimi 7", "1,50", "03.08.2026 09:07"],),
        (["a9", "Nimi 9", "1,5", "03.08.2026 09:09"],),
    ]
    assert query(tmp_path, "select list(line_number) from STAGED") == [(list(range(2, 66)),)]


def test_a_row_that_breaks_another_rule_does_not_cost_its_namesake(tmp_path):
    judged = judge(tmp_path, file(*lines(40), "a5;x;1.5;", "a6;x;ten;"))
    assert judged.faults == {42: {"HVA-SM-1-003"}, 43: {"HVA-SM-1-003"}}


def test_keys_are_compared_across_the_files_of_a_delivery(tmp_path):
    first, second = file(*lines(30)), file(*lines(30, 100), sound(4), "a5;y;;")
    judged = judge(tmp_path, first, second)
    assert query(tmp_path, "select file_name, line_number from STAGED where rule_mask <> 0") == [
        ("a.csv", 5),
        ("b.csv", 32),
        ("b.csv", 33),
    ]
    order = query(tmp_path, "select file_name, line_number from STAGED")
    assert order == [("a.csv", n) for n in range(2, 32)] + [("b.csv", n) for n in range(2, 34)]
    assert [(f.name, f.records) for f in judged.judgement.files] == [("a.csv", 30), ("b.csv", 32)]
    assert query(tmp_path, "select sent[1] from STAGED where file_name = 'b.csv' and line_number = 33") == [("a5",)]


def test_the_order_of_the_files_is_the_manifest_s_not_that_of_their_names(tmp_path):
    paths = [tmp_path / "landed-0", tmp_path / "landed-1"]
    for path, content in zip(paths, (file(*lines(10)), file(*lines(10))), strict=True):
        path.write_bytes(content)
    files = [SourceFile(paths[0], "z.csv"), SourceFile(paths[1], "a.csv")]
    stage_files(connection(1), SMALL, DIALECT, files, RULES, CONTEXT, tmp_path / "staged.parquet")
    assert query(tmp_path, "select file_name, count(*) from STAGED where rule_mask = 0 group by 1") == [("z.csv", 10)]


def test_one_bad_file_refuses_the_delivery_by_name_and_leaves_nothing(tmp_path):
    judged = judge(tmp_path, file(*lines(10)), file(*lines(10, 50), header="Tunnus;Nimi;Määrä"))
    assert judged.code == "HEADER_MISSING"
    assert judged.judgement.refusal.reason.startswith("b.csv: ")
    assert judged.judgement.staged is None
    assert sorted(p.name for p in tmp_path.iterdir()) == ["landed-0", "landed-1"]


def test_a_tenth_of_faulty_rows_is_borne_and_one_more_is_not(tmp_path):
    assert judge(tmp_path, file(*lines(90), *["x;y"] * 10)).code is None
    judged = judge(tmp_path, file(*lines(89), *["x;y"] * 11))
    assert judged.code == "QUARANTINE_SHARE"
    assert judged.judgement.refusal.values == {"declared": "10 %", "found": "11.0 %", "faulty": 11, "rows": 100}
    assert len(judged.faults) == judged.judgement.rows_quarantined == 11
    assert judged.judgement.rows_accepted == 89


def test_a_month_without_events_is_accepted_when_it_is_explained(tmp_path):
    assert judge(tmp_path, file()).code == "HEADER_ONLY"
    judged = judge(tmp_path, file(), context=replace(CONTEXT, is_empty_explained=True))
    assert judged.code is None
    assert (judged.judgement.rows_received, judged.rows) == (0, [])
    assert query(tmp_path, "select count(*) from STAGED") == [(0,)]


def test_names_and_values_never_become_sql_or_a_path(tmp_path):
    path = tmp_path / "landed"
    path.write_bytes(file(*lines(20), "'; drop table x --;$1;1,50;"))
    name = 'o\'neill "$1" ../../x*[?].csv\n'
    out = tmp_path / "ä 'b' staged.parquet"
    judgement = stage_files(
        connection(1), SMALL, DIALECT, [SourceFile(path, name)], RULES, replace(CONTEXT, receipt_id="r'1"), out
    )
    assert judgement.refusal is None
    quoted_out = str(out).replace("'", "''")
    found = connection(1).execute(f"select distinct file_name, receipt_id from '{quoted_out}'").fetchall()
    assert found == [(name, "r'1")]


def test_the_same_delivery_always_comes_to_the_same_bytes(tmp_path):
    """Whatever the number of threads, the connection, the folder and the run; with several row groups, quotation marks and repeated keys."""
    rows = lines(300_000)
    rows[70_000] = 'a70002;"x;y";1,50;'
    rows[200_000] = rows[5]
    content = file(*rows)
    seen = set()
    for run, threads in enumerate((1, 2, 2)):
        folder = tmp_path / str(run)
        folder.mkdir()
        judged = judge(folder, content, threads=threads)
        assert judged.judgement.rows_quarantined == 1
        seen.add((folder / "staged.parquet").read_bytes())
    assert len(seen) == 1


def test_every_sender_s_own_way_of_writing_comes_to_the_same_rows(tmp_path):
    rows = contacts(60)
    found = {}
    for code, county in counties().items():
        path = tmp_path / code
        path.write_bytes(written(rows, code))
        judgement = stage_file(
            connection(1),
            CONTRACT,
            county.dialects["care_contacts"],
            path,
            CARE_RULES,
            CONTEXT,
            tmp_path / "staged.parquet",
        )
        assert judgement.refusal is None
        assert judgement.rows_accepted == 60, code
        found[code] = query(tmp_path, f"select {', '.join(CONTRACT.column_names)} from STAGED")
    assert len(found) == 23
    assert all(rows == found["05"] for rows in found.values())


def test_the_month_of_the_delivery_ends_with_its_last_minute(tmp_path):
    december = replace(CONTEXT, period="2026-12")
    times = ["2026-11-30T23:59", "2026-12-01T00:00", "2026-12-31T23:59", "2027-01-01T00:00"]
    others = [BASE | {"contact_id": f"C-{n:08d}", "visited_at": "2026-12-05T08:00"} for n in range(30)]
    rows = [BASE | {"contact_id": f"D-{n:08d}", "visited_at": time} for n, time in enumerate(times)]
    judged = judge(
        tmp_path, as_text(others + rows).encode(), dialect=CARE, context=december, of=CONTRACT, rules=CARE_RULES
    )
    assert judged.faults == {32: {"HVA-CC-1-040"}, 35: {"HVA-CC-1-040"}}


def test_a_merged_municipality_is_right_in_the_months_before_its_merger_and_wrong_from_then_on(tmp_path):
    def faults(period: str, codes: list[str]) -> dict[int, set[str]]:
        times = dict.fromkeys(("contacted_at", "need_assessed_at", "booked_at", "visited_at"), f"{period}-03T08:00")
        row = BASE | times | {"age_at_assessment_years": str(int(period[:4]) - 1980)}
        rows = [
            row | {"contact_id": f"C-{n:08d}", "home_municipality_code": code}
            for n, code in enumerate(codes + ["507"] * 50)
        ]
        context = replace(CONTEXT, period=period)
        return judge(
            tmp_path, as_text(rows).encode(), dialect=CARE, context=context, of=CONTRACT, rules=CARE_RULES
        ).faults

    ended, unknown = "HVA-CC-1-042", "HVA-CC-1-013"
    assert faults("2024-12", ["588", "099", "998"]) == {3: {ended}, 4: {unknown}}
    assert faults("2025-01", ["588", "099", "998"]) == {2: {ended}, 3: {ended}, 4: {unknown}}


@pytest.mark.parametrize("faulty", [0, 2])
def test_a_judgement_is_the_same_where_accepted_rows_are_not_written(tmp_path, faulty):
    data = file(*lines(30), *["broken"] * faulty)
    (tmp_path / "landed").write_bytes(data)
    files = [SourceFile(tmp_path / "landed", "a.csv")]

    def judged(name: str, keeps_accepted: bool) -> Judgement:
        delivery = Delivery(files, CONTEXT, tmp_path / name, keeps_accepted)
        return stage_deliveries(connection(1), SMALL, DIALECT, [delivery], RULES)[0]

    whole, part = judged("whole.parquet", True), judged("part.parquet", False)
    assert replace(part, staged=None) == replace(whole, staged=None)
    assert part.rows_quarantined == faulty
    assert (part.staged is not None) == bool(faulty)
    if faulty:
        refused = f"from '{whole.staged}' where rule_mask <> 0"
        assert duckdb.sql(f"from '{part.staged}'").fetchall() == duckdb.sql(refused).fetchall()


def test_a_machine_fault_is_no_verdict_and_leaves_nothing(tmp_path):
    (tmp_path / "landed").write_bytes(file(*lines(5)))
    files = [SourceFile(tmp_path / "landed", "a.csv"), SourceFile(tmp_path / "gone", "b.csv")]
    with pytest.raises(FileNotFoundError):
        stage_files(connection(1), SMALL, DIALECT, files, RULES, CONTEXT, tmp_path / "staged.parquet")
    with pytest.raises(duckdb.IOException):
        stage_file(
            connection(1), SMALL, DIALECT, tmp_path / "landed", RULES, CONTEXT, tmp_path / "no" / "staged.parquet"
        )
    assert [p.name for p in tmp_path.iterdir()] == ["landed"]


def test_a_connection_that_may_shuffle_rows_is_refused(tmp_path):
    (tmp_path / "landed").write_bytes(file(*lines(5)))
    with (
        duckdb.connect(config={"preserve_insertion_order": False}) as con,
        pytest.raises(JudgeError, match="order of rows"),
    ):
        stage_file(con, SMALL, DIALECT, tmp_path / "landed", RULES, CONTEXT, tmp_path / "staged.parquet")


def test_pandera_s_second_opinion_passes_what_the_mask_accepted(tmp_path):
    rows = [BASE | {"contact_id": f"C-{n:08d}"} for n in range(30)] + [BASE | {"sex": "x"}]
    judge(tmp_path, as_text(rows).encode(), dialect=CARE, of=CONTRACT, rules=CARE_RULES)
    check = validate_accepted(connection(1), CONTRACT, [tmp_path / "staged.parquet"])
    assert (check.passed, check.rows, check.failures) == (True, 30, {})
    assert validate_accepted(connection(1), CONTRACT, []).rows == 0


def test_pandera_s_second_opinion_fails_rows_that_a_wrong_mask_let_through(tmp_path):
    bad = {"sex": "x", "unit_id": "", "visited_at": "2026-09-01T00:00", "visit_duration_hours": "25.00"}
    rows = [BASE | {"contact_id": f"C-{n:08d}"} for n in range(60)] + [
        BASE | {name: text} for name, text in bad.items()
    ]
    judge(tmp_path, as_text(rows).encode(), dialect=CARE, of=CONTRACT, rules=CARE_RULES)
    wrong = tmp_path / "wrong.parquet"
    query(tmp_path, f"copy (select * replace (0::ubigint as rule_mask) from STAGED) to '{wrong}'")
    check = validate_accepted(connection(1), CONTRACT, [wrong])
    assert not check.passed
    assert check.failures == {"HVA-CC-1-011": 1, "HVA-CC-1-022": 1, "HVA-CC-1-033": 1, "HVA-CC-1-040": 1}


def test_pandera_s_second_opinion_fails_a_column_of_another_type(tmp_path):
    rows = [BASE | {"contact_id": f"C-{n:08d}"} for n in range(30)]
    judge(tmp_path, as_text(rows).encode(), dialect=CARE, of=CONTRACT, rules=CARE_RULES)
    wrong = tmp_path / "wrong.parquet"
    query(tmp_path, f"copy (select * replace (sequence::smallint as birth_year) from STAGED) to '{wrong}'")
    check = validate_accepted(connection(1), CONTRACT, [wrong])
    assert any("birth_year" in name for name in check.failures)


def test_the_header_is_no_row_however_it_is_written(tmp_path):
    judged = judge(tmp_path, file(HEADER, *lines(30), end="\r\n"))
    assert judged.faults == {2: {"HEADER_AGAIN"}}
    assert judged.judgement.records == 30
