"""Personal data in a file is found in whatever column, encoding and form, told by its place alone, and never where there is none."""

import random
import time

import pytest
from deliveries import contacts, written

from sources.personal_data import EMAIL, IDENTITY_CODE, PHONE, find, masked
from sources.regional import tripwire
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.signs import signs
from sources.regional.tripwire import MOST_FOUND, MOST_TOLD, examine_file, examine_text
from sources.simulator.calendar import FIRST_PERIODS, plan_history
from sources.simulator.deliver import parcel_of

CONTRACT = dataset_contract("care_contacts")
CODE = "010594Y9032"


def dialect_of(sender: str, dataset: str = "care_contacts"):
    return counties()[sender].dialects[dataset]


def examined(tmp_path, data: bytes, sender: str = "05", is_known: bool = True):
    path = tmp_path / "landed"
    path.write_bytes(data)
    return examine_file(path, "contacts.csv", *((dialect_of(sender), CONTRACT) if is_known else ()))


def with_value(value: str, column: str, sender: str = "05", line: int = 9, count: int = 30) -> bytes:
    """A sound file of which one cell was given another value."""
    dialect = dialect_of(sender)
    lines = written(contacts(count), sender).decode(dialect.encoding).split("\n")
    cells = lines[line - 1].split(dialect.delimiter)
    cells[list(dialect.columns.values()).index(column)] = value
    lines[line - 1] = dialect.delimiter.join(cells)
    return "\n".join(lines).encode(dialect.encoding)


@pytest.mark.parametrize("column", CONTRACT.column_names)
@pytest.mark.parametrize("value", [CODE, f"K{CODE}x", "131052308T", f'"tekstiä, {CODE} ja muuta"'])
def test_an_identity_code_is_found_in_any_column(tmp_path, column, value):
    found = examined(tmp_path, with_value(value, column))
    assert [(p.kind, p.file, p.line, p.column) for p in found.places] == [(IDENTITY_CODE, "contacts.csv", 9, column)]
    assert CODE[:6] not in repr(found)


@pytest.mark.parametrize("sender", sorted(counties()))
def test_it_is_found_in_every_senders_dialect(tmp_path, sender):
    for value, kind in ((CODE, IDENTITY_CODE), ("soita 040 1234567", PHONE), ("kysy a.b@example.fi", EMAIL)):
        found = examined(tmp_path, with_value(value, "unit_id", sender), sender)
        assert [(p.kind, p.line, p.column) for p in found.places] == [(kind, 9, "unit_id")]


def test_where_no_dialect_is_known_the_line_is_told(tmp_path):
    for encoding in ("latin-1", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        data = with_value(f"ä {CODE}", "unit_id").decode("latin-1").encode(encoding)
        found = examined(tmp_path, data, is_known=False)
        assert [(p.kind, p.line, p.column) for p in found.places] == [(IDENTITY_CODE, 9, None)], encoding


def test_a_code_in_the_header_or_in_what_is_no_table_is_found(tmp_path):
    assert examined(tmp_path, f"Käyntinumero;{CODE}\n1;2\n".encode("latin-1")).places[0].line == 1
    assert examined(tmp_path, b"PK\x03\x04 " + CODE.encode()).total == 1
    assert examined(tmp_path, CODE.encode()).total == 1
    assert examined(tmp_path, b"").total == 0


def test_a_finding_across_the_end_of_a_block_is_found_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tripwire, "_BLOCK", 1 << 10)
    for before in range(1 << 10, (1 << 10) + 40):
        data = b"x;" + b"a" * (before - 2 - 20) + b";" + CODE.encode() + b";040 1234567;" + b"b" * 2000
        assert [p.kind for p in examined(tmp_path, data, is_known=False).places] == [IDENTITY_CODE, PHONE]


def test_a_mobile_number_alone_in_a_cell_is_one_where_the_column_takes_no_such_key(tmp_path):
    for column, is_found in (("reason_code", True), ("visited_at", True), ("sex", True), ("contact_id", False)):
        assert bool(examined(tmp_path, with_value("0401234567", column))) == is_found, column


def test_a_flood_is_told_in_part_and_said_to_be_more(tmp_path):
    data = "\n".join(["tunnus", *[CODE] * (MOST_FOUND + 500)]).encode()
    found = examined(tmp_path, data, is_known=False)
    assert (found.total, found.is_more, len(found.places)) == (MOST_FOUND, True, MOST_TOLD)


def test_a_line_of_many_megabytes_is_looked_through_in_bounded_pieces(tmp_path):
    found = examined(tmp_path, b"7" * 3_000_000 + b";" + CODE.encode() + b";" + b"7" * 1_000_000)
    assert [(p.kind, p.line, p.column) for p in found.places] == [(IDENTITY_CODE, 1, None)]


HOSTILE = [
    "a@",
    "a@b.",
    "a" * 63 + "@" + ("b" * 62 + ".") * 3,
    "+358 ",
    "0401234567\t",
    "131052-",
    "13 10 52 - ",
    "0",
    ".",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long_however_many_signs_stand_in_it(tmp_path, piece):
    """Half a megabyte of one cell; one look at each sign took twenty seconds."""
    text = piece * (500_000 // len(piece))
    begun = time.process_time()
    assert not examined(tmp_path, b"tunnus\n" + text.encode())
    examine_text(text, "m.manifest.json")
    masked(text[:100_000])
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("value", [CODE, "+358 40 1234567", "kysy.a@example.fi", "soita 040 1234567"])
def test_what_is_hidden_among_signs_in_a_long_cell_is_found_wherever_it_stands(tmp_path, value):
    for before in (0, 150, 300, 2_000, 2_040, 2_048, 2_200, 4_090, 262_100):
        for filler in ("a@ ", "+3 - ", "x"):
            text = f"{filler * (before // len(filler))} {value} {filler * 2_000}"
            found = examined(tmp_path, text.encode(), is_known=False)
            assert {p.line for p in found.places} == {1}, (before, filler)


def test_a_manifests_text_tells_the_line():
    assert examine_text(f'{{\n"empty_reason": "{CODE}"}}', "m.manifest.json").places[0].line == 2


def test_the_quick_look_sees_whatever_the_plain_search_finds():
    """Random cells full of digits and signs, glued in every way."""
    chance = random.Random(11)
    pieces = [CODE, "131052308T", "131052 – 308T", "131052\u00a0-308t", "040 123 4567", "a@b.fi", "00358 401234567"]
    pieces += ["0401234567", "+358401234567", "040\u00a0123 4567", "0400-123456"]
    alphabet = "0123456789;;;-+ ABx\n,ä"
    seen = 0
    for _ in range(3_000):
        filler = "".join(chance.choice(alphabet) for _ in range(chance.randrange(40)))
        text = f"{filler}{chance.choice(pieces)}{''.join(chance.choice(alphabet) for _ in range(10))}"
        cells = [(at, cell) for at, cell in _cells(text) if find(cell)]
        block = text.encode() + b"\n" * 200
        signed = set(signs(block).tolist())
        for at, cell in cells:
            seen += 1
            start = len(text[:at].encode())
            assert signed & set(range(start, start + len(cell.encode()) + 1)), (text, cell)
    assert seen > 1_000


def _cells(text: str):
    at = 0
    for cell in text.replace("\n", ";").split(";"):
        yield at, cell
        at += len(cell) + 1


@pytest.mark.slow
def test_no_clean_delivery_of_any_sender_in_thirteen_months_is_sealed(tmp_path):
    looked_at, months = 0, 13
    for planned in plan_history(sorted(counties()), months + len(FIRST_PERIODS) + 1, seed=7):
        parcel = parcel_of(planned, 7)
        dialect = dialect_of(parcel.organiser_code, parcel.dataset)
        for file in parcel.files:
            path = tmp_path / "landed"
            path.write_bytes(file.data)
            found = examine_file(path, file.name, dialect, dataset_contract(parcel.dataset)) + examine_text(
                file.name, file.name
            )
            assert not found, (planned, found)
            looked_at += 1
    assert looked_at >= 2 * months * len(counties())


def test_running_numbers_of_any_length_are_no_personal_data(tmp_path):
    rows = "\n".join(f"{n:06d};{n:08d};{n:09d};{n:010d};{n:012d};{n}" for n in range(400_000_000, 400_020_000))
    assert not examined(tmp_path, rows.encode(), is_known=False)
