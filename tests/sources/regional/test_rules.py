"""Row rules: each fires on what it is there for and on nothing else, and the mask says what pandera says and what a plain reading of the contract says."""

import random
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pandera.ibis as pa
import pytest
from small import column, connection, contract, rule
from typed import BASE, DIALECT, as_text, typed_table

from sources.regional.catalogue import dataset_contracts
from sources.regional.clock import is_repeated, is_skipped
from sources.regional.rules import (
    OVERFLOW_BIT,
    RuleError,
    accepted_schema,
    compile_rules,
    judged_schema,
    row_expressions,
)

CONTRACT = dataset_contracts()["care_contacts"]
RULES = compile_rules(CONTRACT)


def broken_by_mask(rows: list[dict]) -> list[set[str]]:
    """For each row (column → text) the rules that the mask says it breaks."""
    name = typed_table(CONTRACT, rows)
    masks = ", ".join(RULES.mask_expressions())
    found = connection(1).execute(f"select {masks} from {name} as typed order by line_number").fetchall()
    return [{b.rule_id for b in RULES.bits if row[b.word] >> b.bit & 1} for row in found]


def broken_by_pandera(rows: list[dict], schema) -> dict[str, int]:
    """Rule id → how many of the rows pandera's own validation finds to break it."""
    table = ibis.duckdb.from_connection(connection(1)).table(typed_table(CONTRACT, rows))
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return dict(_found(e) for e in errors.schema_errors)
    return {}


def _found(error) -> tuple[str, int]:
    cases = error.failure_cases
    count = int(cases.count().execute()) if hasattr(cases, "execute") else len(cases)
    name = getattr(error.check, "name", None) or error.schema.metadata["required"]
    return name, count


@pytest.mark.parametrize("rule_id", [r.id for r in CONTRACT.row_rules])
def test_each_rule_fires_on_its_bad_example_and_not_on_its_good_one(rule_id):
    rule_ = CONTRACT.rule(rule_id)
    by_bad, by_good = broken_by_mask([BASE | rule_.example_bad, BASE | rule_.example_good])
    assert rule_id in by_bad
    assert by_good == set()


BAD_ROWS = [BASE | r.example_bad for r in CONTRACT.row_rules]
GOOD_ROWS = [BASE | r.example_good for r in CONTRACT.row_rules]


def test_pandera_itself_fails_the_known_bad_rows_and_passes_the_good_ones():
    found = broken_by_pandera(BAD_ROWS, judged_schema(CONTRACT))
    assert found == {r: sum(r in row for row in broken_by_mask(BAD_ROWS)) for r in RULES.verdicts}
    assert min(found.values()) > 0
    assert broken_by_pandera(GOOD_ROWS, judged_schema(CONTRACT)) == {}


def test_the_second_opinion_knows_every_rule_that_typed_rows_can_break():
    """A value that could not be typed is absent by then; every other rule is found again by pandera over typed rows alone."""
    found = broken_by_pandera(BAD_ROWS, accepted_schema(CONTRACT))
    assert found.keys() == {r.id for r in CONTRACT.row_rules if r.check != "type"}
    assert broken_by_pandera(GOOD_ROWS, accepted_schema(CONTRACT)) == {}


def test_mask_pandera_and_a_plain_reading_of_the_contract_agree_on_every_row():
    rows = _random_rows(3_000)
    by_hand = [_broken_by_hand(row) for row in rows]
    by_mask = broken_by_mask(rows)
    assert by_mask == by_hand
    by_pandera = broken_by_pandera(rows, judged_schema(CONTRACT))
    assert by_pandera == {r: n for r in RULES.verdicts if (n := sum(r in found for found in by_hand))}
    assert by_pandera.keys() == RULES.verdicts.keys()
    assert sum(not found for found in by_hand) > 100


_POOLS = {
    "contact_id": [
        "C-00000001",
        "short",
        "C_00000001",
        "x" * 41,
        "C-00000001\n",
        "131052-308T",
        "131352-308T",
        "C-010203A901k",
    ],
    "client_id": ["0" * 32, "0" * 31, "A" * 32, "010190-123A"],
    "birth_year": ["1980", "1979", "1899", "1900", "2026", "2027", "10.6", "1e3", "+1980", " 1980", "٤"],
    "age_at_assessment_years": ["46", "45", "47", "44", "0", "120", "121", "-1", "4.0"],
    "sex": ["female", "male", "unknown", "Female", "f", "total"],
    "home_municipality_code": ["091", "853", "91", "999", "0911", "09 1", "588", "099"],
    "service_class_code": ["2612", "0000", "2612 "],
    "contact_mode": ["onsite", "chat", "fax"],
    "profession": ["doctor", "other", "Doctor"],
    "professional_id": ["00000000000000a1", "00000000000000A1", "0"],
    "unit_id": ["U05-001", "?", "ab", "x" * 31, "010203U901K-1", "131052308T", "U131052-308T"],
    "urgency": ["non_urgent", "urgent", "soon"],
    "contacted_at": [
        "2026-08-03T08:00",
        "2026-08-31T23:59",
        "2026-07-31T23:59",
        "2026-09-01T00:00",
        "2026-02-31T08:00",
        "1979-08-03T08:00",
        "2026-03-29T03:30",
        "2026-10-25T03:50",
        "x",
    ],
    "need_assessed_at": [
        "2026-08-03T08:30",
        "2026-08-03T08:00",
        "2026-08-03T07:59",
        "2026-8-3T08:30",
        "2026-10-25T03:10",
        "2026-03-29T03:00",
    ],
    "booked_at": ["2026-08-03T08:10", "2026-08-03T07:00", "2026-03-29T03:59", "2026-10-25T03:40", "x"],
    "visited_at": ["2026-08-04T08:00", "2026-08-03T08:29", "2026-09-04T08:00", "2025-03-30T03:15", "31.8.2026"],
    "reason_code": ["J06.9", "J06", "J06.", "j06", "J06.999"],
    "visit_duration_hours": ["0.50", "24.00", "24.01", "-0.01", "0,50", "1e1", "999.99"],
}


def _random_rows(count: int) -> list[dict]:
    random_ = random.Random(7)

    def value(name: str) -> str:
        kind = random_.random()
        return BASE[name] if kind < 0.9 else "" if kind < 0.93 else random_.choice(_POOLS[name])

    return [{name: value(name) for name in BASE} for _ in range(count)]


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch("-?[0-9]{1,18}", text, re.ASCII) else None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,2})?", text, re.ASCII) else None


def _time(text: str) -> datetime | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", text, re.ASCII):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M")
    except ValueError:
        return None


def _identifies(text: str) -> bool:
    """Some part between other signs than letters and digits is a day, a separator and a number."""
    for found in re.finditer(
        r"(?<![0-9A-Za-z])([0-9]{2})([0-9]{2})[0-9]{2}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Ya-y](?![0-9A-Za-z])", text
    ):
        if 1 <= int(found[1]) <= 31 and 1 <= int(found[2]) <= 12:
            return True
    return False


def _is_skipped(moment: datetime) -> bool:
    """No moment of UTC is shown as this time in Finland."""
    there = moment.replace(tzinfo=ZoneInfo("Europe/Helsinki"))
    return there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != moment


def _is_before(a: datetime | None, b: datetime | None) -> bool:
    """Whether `a` surely came before `b`: in the hour that the clock shows twice neither did."""
    if not a or not b or a >= b:
        return False
    twice = a.replace(tzinfo=ZoneInfo("Europe/Helsinki"))
    is_twice = twice.utcoffset() != twice.replace(fold=1).utcoffset() and not _is_skipped(a)
    return not (is_twice and a.replace(minute=0) == b.replace(minute=0))


def _broken_by_hand(row: dict) -> set[str]:
    """The contract read by a person and written down once more, value by value."""
    columns = {c.name: c for c in CONTRACT.columns}
    readers = {"integer": _integer, "decimal": _decimal, "timestamp": _time, "text": lambda text: text}
    values = {n: readers[c.type.partition("(")[0]](row[n]) if row[n] else None for n, c in columns.items()}
    checks = {
        "required": lambda c: not row[c.name],
        "type": lambda c: bool(row[c.name]) and values[c.name] is None,
        "pattern": lambda c: bool(row[c.name]) and not re.fullmatch(c.pattern, row[c.name]),
        "codes": lambda c: bool(row[c.name]) and row[c.name] not in c.allowed_codes,
        "no_identity_code": lambda c: _identifies(row[c.name]),
        "on_clock": lambda c: values[c.name] is not None and _is_skipped(values[c.name]),
        "range": lambda c: values[c.name] is not None and not c.minimum <= values[c.name] <= c.maximum,
    }
    broken = {r.id for r in CONTRACT.row_rules if r.check in checks and checks[r.check](columns[r.column])}
    contacted, need, booked, visited = (
        values[n] for n in ("contacted_at", "need_assessed_at", "booked_at", "visited_at")
    )
    born, age = values["birth_year"], values["age_at_assessment_years"]
    unreadable = any(row[n] and values[n] is None for n in ("visited_at", "contacted_at"))
    event = visited or contacted
    pairs = {
        "HVA-CC-1-034": _is_before(need, contacted),
        "HVA-CC-1-035": _is_before(visited, need),
        "HVA-CC-1-036": _is_before(booked, contacted),
        "HVA-CC-1-037": contacted and born is not None and contacted.year < born,
        "HVA-CC-1-038": need and not row["age_at_assessment_years"],
        "HVA-CC-1-039": need and None not in (born, age) and need.year - born - age not in (0, 1),
        "HVA-CC-1-040": event and not unreadable and (event.year, event.month) != (2026, 8),
        "HVA-CC-1-042": row["home_municipality_code"] in ("588", "099", "911"),
    }
    return broken | {rule_id for rule_id, is_broken in pairs.items() if is_broken}


def test_every_text_that_could_hold_an_identity_code_has_the_rule_against_it():
    """A column with a list of codes cannot hold one, nor one whose form lets none through."""
    samples = ("131052-308T", "131052A308T", "010203+901k", "U-010203Y901K")
    for of in dataset_contracts().values():
        for column_ in of.columns:
            form = column_.pattern or ".*"
            could = column_.type == "text" and column_.allowed_codes is None
            could = could and any(re.fullmatch(form, sample) for sample in samples)
            has = any(r.check == "no_identity_code" for r in of.rules if r.column == column_.name)
            assert has == could, f"{of.name}.{column_.name}"


def test_every_time_of_day_has_the_rule_against_hours_that_no_clock_shows():
    for of in dataset_contracts().values():
        judged = {r.column for r in of.rules if r.check == "on_clock"}
        assert judged == {c.name for c in of.columns if c.type == "timestamp"}


def test_the_hours_that_the_clock_skips_and_repeats_are_those_of_the_tz_database():
    """Every half hour of March and October of forty years, held against what zoneinfo knows of Europe/Helsinki."""
    zone, shown, twice = ZoneInfo("Europe/Helsinki"), set(), set()
    years = range(1996, 2037)
    for year in years:
        moment = datetime(year, 3, 1, tzinfo=UTC)
        while moment.year == year and moment.month < 12:
            local = moment.astimezone(zone).replace(tzinfo=None)
            (twice if local in shown else shown).add(local)
            moment += timedelta(minutes=30)
    asked = "select t from (select unnest(generate_series(timestamp '{y}-03-02', timestamp '{y}-11-29', interval 30 minute)) as t)"
    con = connection(1)
    con.execute("create or replace temp table half_hour as " + " union all ".join(asked.format(y=y) for y in years))
    table = ibis.duckdb.from_connection(con).table("half_hour", database=("temp", "main"))
    skipped = {t for (t,) in con.execute(ibis.to_sql(table.filter(is_skipped(table.t)))).fetchall()}
    repeated = {t for (t,) in con.execute(ibis.to_sql(table.filter(is_repeated(table.t)))).fetchall()}
    every = {t for (t,) in con.execute("select t from half_hour").fetchall()}
    assert skipped == every - shown and len(skipped) == 2 * len(years)
    assert repeated == twice & every and len(repeated) == 2 * len(years)


@pytest.mark.parametrize(
    ("visited", "is_refused"),
    [("2026-10-25T03:10", False), ("2026-10-25T02:59", True), ("2026-10-24T03:10", True), ("2026-10-25T04:00", False)],
)
def test_in_the_hour_that_the_clock_shows_twice_a_visit_may_bear_an_earlier_time(visited, is_refused):
    night = dict.fromkeys(("contacted_at", "need_assessed_at"), "2026-10-25T03:50")
    [found] = broken_by_mask([BASE | night | {"visited_at": visited, "booked_at": ""}])
    assert ("HVA-CC-1-035" in found) == is_refused


def test_what_was_sent_but_cannot_be_read_is_present():
    """An age of `10.6` is no missing age: only the rule on its form is broken."""
    [found] = broken_by_mask([BASE | {"age_at_assessment_years": "10.6"}])
    assert found == {"HVA-CC-1-008"}


def test_a_pattern_holds_for_the_whole_value():
    assert [
        bool(found)
        for found in broken_by_mask([BASE | {"unit_id": text} for text in ("U05-001\n", "U05-001\nx", "xU05 001")])
    ] == [True] * 3


def test_more_rules_than_one_word_holds_are_all_judged_and_rule_mask_alone_tells_of_them():
    columns = tuple(column(f"n{i}", "integer", minimum=0, maximum=i) for i in range(140))
    many = contract(columns, tuple(rule(i, f"n{i}", "range") for i in range(140)), ("n0",))
    compiled = compile_rules(many)
    assert compiled.mask_columns == ("rule_mask", "rule_mask_1", "rule_mask_2")
    assert len({(b.word, b.bit) for b in compiled.bits}) == 140
    shape = ", ".join(
        f"case when row = {i} then {i + 1} else 0 end::bigint as n{i}, null::varchar as sent_n{i}" for i in range(140)
    )
    masks = ", ".join(compiled.mask_expressions())
    found = connection(1).execute(f"select {masks} from (select {shape} from range(141) t(row)) as typed").fetchall()
    for i, row in enumerate(found):
        assert [b.rule_id for b in compiled.bits if row[b.word] >> b.bit & 1] == [f"HVA-SM-1-{i:03d}"] * (i < 140)
        assert (row[0] != 0) == (i < 140)
        assert (row[0] >> OVERFLOW_BIT & 1) == (row[1] != 0 or row[2] != 0)


TABLE = ibis.table({"a": "int64", "b": "string"}, name="typed")
NO_ROW_RULES = {
    "a Python function": {"columns": {"a": pa.Column(checks=pa.Check(lambda v: v > 0, element_wise=True, name="x"))}},
    "an aggregate": {"checks": [pa.Check(lambda d: d.table.a.mean() > 0, name="x")]},
    "a comparison with an aggregate": {"checks": [pa.Check(lambda d: d.table.a > d.table.a.mean(), name="x")]},
    "a window": {"checks": [pa.Check(lambda d: d.table.a > d.table.a.lag(), name="x")]},
    "another table": {
        "checks": [pa.Check(lambda d: d.table.a.isin(ibis.table({"c": "int64"}, name="other").c), name="x")]
    },
    "no boolean": {"checks": [pa.Check(lambda d: d.table.a + 1, name="x")]},
    "a set of distinct values": {"columns": {"a": pa.Column(checks=pa.Check.unique_values_eq([1], name="x"))}},
    "uniqueness of a column": {"columns": {"a": pa.Column(unique=True)}},
    "uniqueness of the table": {"columns": {"a": pa.Column()}, "unique": ["a"]},
    "columns by pattern": {"columns": {"a.*": pa.Column(regex=True)}},
    "required without a rule": {"columns": {"a": pa.Column(nullable=False)}},
    "one id twice": {
        "checks": [pa.Check(lambda d: d.table.a > 0, name="x"), pa.Check(lambda d: d.table.a < 9, name="x")]
    },
}


@pytest.mark.parametrize("name", NO_ROW_RULES)
def test_what_is_no_question_about_one_row_is_refused(name):
    with pytest.raises(RuleError):
        row_expressions(pa.DataFrameSchema(**NO_ROW_RULES[name]), TABLE)


def test_a_rule_of_an_unknown_kind_is_refused_by_name():
    odd = contract((column("a", "integer"),), (rule(1, "a", "prime"),), ("a",))
    with pytest.raises(RuleError, match="HVA-SM-1-001: no check prime is known"):
        compile_rules(odd)


def test_the_text_of_the_examples_is_that_of_the_dialect():
    assert as_text([BASE]).startswith(DIALECT.delimiter.join(BASE))
