"""Reading: whatever bytes a sender puts down, every line is accepted, named as faulty, or part of a whole that is refused; none is lost, none invented."""

import csv
import io
import random
from dataclasses import replace

import pytest
from nasty import CASES
from small import DIALECT, HEADER, file, judge, sound

from sources.regional import lines, preflight


@pytest.mark.parametrize("name", CASES)
def test_a_nasty_file_becomes_what_was_worked_out_by_hand(name, tmp_path):
    case = CASES[name]
    judged = judge(tmp_path, case.content, **case.dialect)
    assert judged.code == case.refused
    assert case.told in (judged.judgement.refusal.reason if judged.code else "")
    assert judged.faults == {line: {code} for line, code in case.faults.items()}
    if case.refused is None:
        assert [row[0] for row in judged.rows] == case.accepted
        [read] = judged.judgement.files
        assert (read.notices, read.extra_lines) == (case.notices, case.extra)
        assert 1 + judged.judgement.rows_received + read.extra_lines == read.lines == case.content_lines


@pytest.mark.parametrize("size", [4, 14])
@pytest.mark.parametrize(
    "name", [n for n, case in CASES.items() if not n.startswith("header") and len(case.content) < 1_500]
)
def test_where_a_chunk_ends_changes_nothing(name, size, tmp_path, monkeypatch):
    case = CASES[name]
    whole = _outcome(judge(tmp_path, case.content, **case.dialect))
    monkeypatch.setattr(preflight, "_CHUNK", size)
    monkeypatch.setattr(lines, "_CHUNK", size)
    assert _outcome(judge(tmp_path, case.content, **case.dialect)) == whole


def _outcome(judged):
    refusal = judged.judgement.refusal
    return (refusal and (refusal.code, refusal.reason), judged.rows, judged.faults, judged.judgement.files)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whatever_a_csv_writer_writes_is_read_back_value_by_value(quoting, end, tmp_path):
    random_ = random.Random(f"{quoting}{end}")
    pieces = ["x", "ä", '"', ";", ",", " ", "5", end, "''"]
    names = ["".join(random_.choices(pieces, k=random_.randint(0, 12))) for _ in range(600)]
    # Two delimiters at most beside a line break: with three, first and last line may each look like a whole line of this four-column file.
    names = [name.replace(";", "", max(name.count(";") - 2, 0)) if end in name else name for name in names]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=quoting, lineterminator=end)
    writer.writerow(HEADER.split(";"))
    expected, line = [], 2
    for number, name in enumerate(names):
        writer.writerow([f"a{number}", name, "1,50", ""])
        expected.append((line, f"a{number}", name or None))
        line += 1 + name.count(end)
    judged = judge(tmp_path, out.getvalue().encode())
    assert [row[:3] for row in judged.rows] == expected
    assert judged.faults == {}


def test_a_lost_quotation_mark_costs_its_own_line_wherever_it_stands(tmp_path):
    good = [f'a{n};"Nimi; {n}";1,50;' for n in range(2, 32)]
    for at in range(30):
        bad = good.copy()
        bad[at] = bad[at].replace('";', ";", 1)
        judged = judge(tmp_path, file(*bad))
        assert judged.faults == {at + 2: {"UNCLOSED_QUOTE"}}
        assert [row[0] for row in judged.rows] == [n for n in range(2, 32) if n != at + 2]


def test_noise_always_balances(tmp_path):
    random_ = random.Random(2)
    pieces = [b'"', b";", b"\n", b"a", b"1", b'""', b"\r\n", sound(1).encode(), b"\n" + HEADER.encode() + b"\n"]
    for _ in range(40):
        noise = b"".join(random_.choices(pieces, weights=[3, 6, 3, 3, 3, 2, 0.2, 2, 0.3], k=300))
        judged = judge(tmp_path, file() + noise)
        assert judged.code in (None, "QUARANTINE_SHARE", "MIXED_EOL", "HEADER_ONLY", "UNCLOSED_QUOTES")
        if judged.judgement.staged:
            [read] = judged.judgement.files
            assert 1 + len(judged.rows) + len(judged.faults) + read.extra_lines == read.lines


def test_a_file_cut_at_any_byte_is_never_read_as_more_than_it_was(tmp_path):
    content = file('a2;"x;y";1,50;', 'a3;"x', 'y";2,00;', sound(4), end="\r\n")
    whole = {row[1]: row[1:] for row in judge(tmp_path, content).rows}
    for size in range(len(content)):
        judged = judge(tmp_path, content[:size])
        *before, last = judged.rows or [None]
        assert all(row[1:] == whole[row[1]] for row in before)
        if last and last[1:] != whole.get(last[1]):
            assert "TRUNCATED" in judged.judgement.files[0].notices


def test_a_line_lost_on_the_way_to_the_judge_fails_the_delivery(tmp_path, monkeypatch):
    whole = lines.LineFeed._plain_batches

    def leaky(feed):
        for batch in whole(feed):
            yield batch.slice(1)

    monkeypatch.setattr(lines.LineFeed, "_plain_batches", leaky)
    judged = judge(tmp_path, file(*(sound(n) for n in range(2, 30))))
    assert judged.code == "BALANCE"
    assert (
        "header 1 + rows 27 + extra lines 0 = 28; pre-flight counted 29 lines, 29 were read"
        in judged.judgement.refusal.reason
    )
    assert list(tmp_path.glob("staged*")) == []


def test_columns_are_matched_by_name_whatever_their_order(tmp_path):
    rows = [sound(n).split(";") for n in range(2, 20)]
    expected = judge(tmp_path, file(*map(";".join, rows))).rows
    order = [2, 0, 3, 1]
    shuffled = [";".join(row[i] for i in order) for row in (HEADER.split(";"), *rows)]
    assert judge(tmp_path, file(*shuffled[1:], header=shuffled[0])).rows == expected


def test_all_that_is_wrong_with_the_names_of_a_header_is_told_in_one_go(tmp_path):
    """Twice, renamed, missing and beyond what was agreed; an unnamed last field is no fault by itself."""
    refusal = judge(tmp_path, file("a;b;c;d;e;", header="Tunnus;Tunnus;Namn;Aika;Muu;")).judgement.refusal
    told = [(one.code, one.values.get("declared"), one.values["found"]) for one in (refusal, *refusal.also)]
    assert told == [
        ("HEADER_DUPLICATE", None, "'Tunnus'"),
        ("HEADER_RENAMED", "'Nimi'", "'Namn'"),
        ("HEADER_MISSING", "'Määrä'", "Tunnus;Tunnus;Namn;Aika;Muu;"),
        ("HEADER_EXTRA", None, "'Muu'"),
    ]
    assert {one.values["file"] for one in (refusal, *refusal.also)} == {"a.csv"}


def test_faults_of_the_bytes_that_are_mended_apart_are_told_together(tmp_path):
    refusal = judge(tmp_path, file("a2;x\0y;1;", "a3;b\rc;1;")).judgement.refusal
    assert [(one.code, one.values["line"]) for one in (refusal, *refusal.also)] == [("NUL", 2), ("MIXED_EOL", 3)]


def test_a_renamed_column_is_accepted_once_the_county_declares_it(tmp_path):
    content = file("a2;x;1,50;", header="Tunnus;Namn;Määrä;Aika")
    declared = replace(DIALECT, columns={"Tunnus": "id", "Namn": "name", "Määrä": "amount", "Aika": "at"})
    assert judge(tmp_path, content).code == "HEADER_RENAMED"
    assert judge(tmp_path, content, dialect=declared).code is None
