"""Every sender writes as its county file says, and no two alike."""

import csv
from datetime import datetime
from decimal import Decimal

import pytest

from sources.regional.catalogue import counties, dataset_contract
from sources.simulator.calendar import CONTACTS, COSTS, DATASETS, HELSINKI
from sources.simulator.costs import generate_costs
from sources.simulator.events import generate_rows
from sources.simulator.parcel import dialect_of, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.themes import THEMES

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
CODES = sorted(counties())


def test_each_county_file_has_a_simulated_sender():
    assert set(senders()) == set(counties())


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("code", CODES)
def test_what_a_sender_writes_reads_back_as_what_was_meant(code, dataset):
    dialect, contract = dialect_of(code, dataset), dataset_contract(dataset)
    rows = generate_costs(code, "2026-08") if dataset == COSTS else generate_rows(code, "2026-08", n_rows=80)
    parcel = make_parcel(code, "2026-08", 1, MADE, SEED, has_row_faults=False, n_rows=80, dataset=dataset)
    read = [
        record
        for file in parcel.files
        for record in csv.DictReader(
            file.data.decode(dialect.encoding).removeprefix("\ufeff").splitlines(),
            delimiter=dialect.delimiter,
            strict=True,
        )
    ]
    meant = [tuple(row) for row in rows.iter_rows()]
    assert [_read(record, dialect, contract) for record in read] == meant


def _read(record, dialect, contract):
    values = {dialect.columns[header]: text for header, text in record.items()}
    return tuple(_value(values[c.name], c, dialect) for c in contract.columns)


def _value(text, column, dialect):
    if text in dialect.null_values:
        return None
    if column.name in dialect.codes:
        return dialect.codes[column.name][text]
    if column.type == "integer":
        return int(text)
    if column.type.startswith("decimal"):
        return Decimal(text.replace(dialect.decimal, "."))
    if column.type == "timestamp":
        return datetime.strptime(text, dialect.timestamp_format.replace("%-", "%"))
    if column.type == "date":
        return datetime.strptime(text, dialect.date_format.replace("%-", "%")).date()
    return text


def test_the_dialects_fall_into_many_groups_and_all_headers_differ():
    dialects = [dialect_of(code) for code in CODES]
    groups = {
        (d.encoding, senders()[d.organiser_code].byte_order_mark, d.delimiter, d.decimal, d.timestamp_format)
        for d in dialects
    }
    assert len(groups) >= 15
    assert {d.encoding for d in dialects} == {"utf-8", "latin-1", "cp1252", "utf-16-le"}
    assert {d.delimiter for d in dialects} == {";", ",", "\t", "|"}
    assert len({d.timestamp_format for d in dialects}) >= 10
    assert len({frozenset(d.columns) for d in dialects}) == len(dialects)
    assert len({tuple(sorted(d.codes.get("sex", {}))) for d in dialects}) >= 10


def test_the_finance_systems_write_otherwise_than_the_patient_systems_and_than_each_other():
    dialects = [dialect_of(code, COSTS) for code in CODES]
    groups = {(d.encoding, senders()[d.organiser_code].byte_order_mark, d.delimiter, d.date_format) for d in dialects}
    assert len(groups) >= 15
    assert {d.encoding for d in dialects} == {"utf-8", "latin-1", "cp1252", "utf-16-le"}
    assert {d.delimiter for d in dialects} == {";", ",", "\t", "|"}
    assert len({d.date_format for d in dialects}) >= 7
    assert len({frozenset(d.columns) for d in dialects}) == len(dialects)
    assert len({tuple(sorted(d.codes["production_mode"])) for d in dialects}) >= 12
    assert sum("account_code" in d.codes for d in dialects) >= 4
    names = {senders()[code].file_name(COSTS, "2026-08", 1, "20260910") for code in CODES}
    assert len(names) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_first_bytes_and_the_line_ends_are_the_senders(code):
    sender, dialect = senders()[code], dialect_of(code)
    data = make_parcel(code, "2026-08", 1, MADE, SEED, n_rows=40).files[0].data
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe"}
    assert data.startswith(marks.get(dialect.encoding, b"\0")) == sender.byte_order_mark
    text = data.decode(dialect.encoding)
    assert text.endswith(sender.line_end)
    assert text.count("\r") == (text.count("\n") if sender.line_end == "\r\n" else 0)


def test_a_code_page_that_only_one_encoding_has_is_really_used():
    """Otherwise a reader that took cp1252 for Latin-1 would pass."""
    for dialect in (dialect_of(code, dataset) for code in CODES for dataset in DATASETS):
        if dialect.encoding == "cp1252":
            with pytest.raises(UnicodeEncodeError):
                "".join(dialect.columns).encode("latin-1")


def test_codes_with_several_names_are_sent_under_all_of_them(first_night):
    for parcel in (p for p in first_night if p.dataset == CONTACTS):
        names = parcel.dialect.codes.get("profession", {})
        nurses = {sent for sent, code in names.items() if code == "nurse"}
        usual_and_rare = {
            list(names)[[*names.values()].index("nurse")],
            [s for s, c in names.items() if c == "nurse"][-1],
        }
        header = next(h for h, c in parcel.dialect.columns.items() if c == "profession")
        text = parcel.files[0].data.decode(parcel.dialect.encoding).removeprefix("\ufeff").splitlines()
        sent = {row.get(header) for row in csv.DictReader(text, delimiter=parcel.dialect.delimiter)}
        assert sent & nurses == usual_and_rare, parcel.organiser_code


def test_manifests_are_valid_name_what_lies_beside_them_and_say_synthetic(first_night):
    from sources.regional.manifest import parse_manifest

    for parcel in first_night:
        manifest = parse_manifest(parcel.manifest_bytes())
        assert manifest.origin == "synthetic"
        assert [(f.name, f.bytes, f.rows) for f in manifest.files] == [
            (f.name, len(f.data), f.rows) for f in parcel.files
        ]
        assert (manifest.organiser_code, manifest.period) == (parcel.organiser_code, parcel.period)
        whole = parcel.dataset == COSTS or (parcel.dataset in THEMES and THEMES[parcel.dataset][1] == 1)
        assert str(manifest.sample_share) == ("1" if whole else "0.01")
