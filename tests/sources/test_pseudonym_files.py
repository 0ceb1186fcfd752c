"""Whole files: only the named columns change, and a value that is no code stops the file without being told."""

import csv
import io
import json
import stat

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sources import pseudonym_files
from sources.pseudonym import PseudonymError, Pseudonyms, new_key
from sources.pseudonym_files import Layout, pseudonymise_files
from sources.regional.catalogue import counties

CODES = ["010594Y9032", "131052-308T", "010594y9032", "020504A902E"]
LATIN = Layout("latin-1", ";")


@pytest.fixture
def key(tmp_path):
    return new_key(tmp_path / "key", "07-2026-1")


def done(tmp_path, data: bytes, key, layout=LATIN, columns=("Asiakas",), **more):
    path = tmp_path / "sent.csv"
    path.write_bytes(data)
    counts = pseudonymise_files([path], columns, tmp_path / "out", key, layout, **more)["sent.csv"]
    return counts, (tmp_path / "out" / "sent.csv").read_bytes()


def table(codes, end="\n", more="Ä1") -> bytes:
    lines = ["Nro;Asiakas;Syy", *(f"{n};{code};{more}" for n, code in enumerate(codes))]
    return (end.join(lines) + end).encode("latin-1")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [16, 1 << 20])
def test_every_other_byte_stays_as_it_was(tmp_path, key, monkeypatch, end, block):
    monkeypatch.setattr(pseudonym_files, "_BLOCK", block)
    counts, data = done(tmp_path, table(CODES, end), key)
    pseudonyms = Pseudonyms(key)
    assert data == table([pseudonyms.of(code) for code in CODES], end)
    assert (counts.rows, counts.pseudonymised, counts.temporary, counts.empty) == (4, 4, 3, 0)


def test_a_last_line_without_its_end_and_columns_at_both_edges(tmp_path, key):
    data = f"Asiakas;x;Toinen\n{CODES[0]};1;{CODES[1]}\n{CODES[1]};2;".encode()
    _, written = done(tmp_path, data, key, columns=("Toinen", "Asiakas"))
    one, two = (Pseudonyms(key).of(code) for code in CODES[:2])
    assert written == f"Asiakas;x;Toinen\n{one};1;{two}\n{two};2;".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_any_encoding_and_quoted_values_keep_their_meaning(tmp_path, key, encoding):
    rows = [["Nro", "Asiakas", "Syy"], ["1", CODES[0], 'ä; "x"\nuusi'], ["2", "", "ö"], ["3", CODES[1], ""]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    counts, data = done(tmp_path, text.getvalue().encode(encoding), key, Layout(encoding, ";"))
    pseudonyms = Pseudonyms(key)
    rows[1][1], rows[3][1] = pseudonyms.of(CODES[0]), pseudonyms.of(CODES[1])
    assert list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=";")) == rows
    assert (counts.rows, counts.empty) == (3, 1)


@pytest.mark.parametrize("quoted", [False, True])
def test_a_value_that_is_no_code_stops_the_file_with_its_line_and_without_the_value(tmp_path, key, quoted):
    bad = ["010594Y9032", "131052-308A", "020504A902E", "131052308T", "0" * 32]
    data = table(bad, more='"x\ny"' if quoted else "x")
    with pytest.raises(PseudonymError) as told:
        done(tmp_path, data, key)
    lines = "4, 8, 10" if quoted else "3, 5, 6"
    assert f"3 values of Asiakas are no personal identity codes, lines {lines}" in str(told.value)
    assert "131052" not in str(told.value) and not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"Nro;Syy\n1;2\n", "line 1 has no column 'Asiakas'"),
        (b"Asiakas;Asiakas\n", "line 1 has more than one column 'Asiakas'"),
        (b"010594Y9032;x\n", "line 1 has no column"),
        (b"Nro;Asiakas\n1;010594Y9032\n2;010594Y9032;3\n", "line 3 has not the 2 fields"),
        (b'Nro;Asiakas\n"1";010594Y9032\n"2";010594Y9032;3\n', "line 3 has not the 2 fields"),
        (b'Nro;Asiakas\n"1;010594Y9032\n', "line 2 is not CSV"),
    ],
)
def test_a_file_of_another_form_is_refused_with_its_line(tmp_path, key, data, told):
    with pytest.raises(PseudonymError) as error:
        done(tmp_path, data, key)
    assert told in str(error.value) and "010594" not in str(error.value)


def test_the_facts_beside_the_file_name_the_key_and_never_hold_it(tmp_path, key):
    done(tmp_path, table(CODES), key)
    facts = json.loads((tmp_path / "out" / "sent.csv.pseudonyms.json").read_text())
    assert (facts["key_id"], facts["key_check"], facts["purpose"]) == ("07-2026-1", key.check, "minimum-dataset")
    assert (facts["rows"], facts["temporary"]) == (4, 3)
    for path in (tmp_path / "out").iterdir():
        assert key.secret.hex().encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("more", ["x", '"x"'])
def test_temporary_codes_are_flagged_where_asked(tmp_path, key, more):
    _, data = done(tmp_path, table(CODES[:2], more=more), key, flag="is_temporary_id")
    lines = data.decode().split()
    assert [line.rpartition(";")[2] for line in lines] == ["is_temporary_id", "1", "0"]


def test_at_a_rotation_old_and_new_join_by_the_list_and_not_without(tmp_path, key):
    new = new_key(tmp_path / "new", "07-2027-1")
    _, before = done(tmp_path, table(CODES), key)
    _, after = done(tmp_path, table(CODES), new, old_key=key)
    then, now = ([line.split(";")[1] for line in data.decode("latin-1").split()[1:]] for data in (before, after))
    assert not set(then) & set(now)
    listed = dict(csv.reader((tmp_path / "out" / "sent.csv.rotation.csv").open(), delimiter=";"))
    assert [listed[one] for one in then] == now


def test_a_copy_never_takes_the_place_of_its_file(tmp_path, key):
    path = tmp_path / "sent.csv"
    path.write_bytes(table(CODES))
    with pytest.raises(PseudonymError, match="name another folder"):
        pseudonymise_files([path], ["Asiakas"], tmp_path, key, LATIN)
    with pytest.raises(PseudonymError, match="two files have this name"):
        pseudonymise_files([path, path], ["Asiakas"], tmp_path / "out", key, LATIN)
    assert path.read_bytes() == table(CODES)


def run(*words) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["pseudonymise", *map(str, words)])
    return result.exit_code, result.output


def test_the_command_makes_a_key_and_writes_what_the_desk_takes(tmp_path):
    """In a sender's own dialect, columns by their contract names; the pseudonyms have the form that the contract asks for."""
    key, out = tmp_path / "key", tmp_path / "out"
    code, said = run("--new-key", "--key-file", key, "--key-id", "05-2026-1")
    assert code == 0 and "check value" in said
    check = said.split("check value ")[1].split(";")[0]
    dialect = counties()["05"].dialects["care_contacts"]
    row = [CODES[0] if column == "client_id" else "x" for column in dialect.columns.values()]
    path = tmp_path / "contacts.csv"
    path.write_bytes("\n".join(map(dialect.delimiter.join, (dialect.columns, row))).encode(dialect.encoding))
    common = ["--key-file", key, "--key-id", "05-2026-1", "--out", out, "--organiser", "05"]
    code, said = run(path, *common, "--key-check", check)
    assert code == 0 and "1 rows, 1 pseudonyms under key 05-2026-1" in said
    assert b"010594" not in (out / "contacts.csv").read_bytes()
    for bad, told in (
        (["--key-check", "0" * 16], "is not the agreed key"),
        (["--key-id", "05-2026-2"], "holds the key 05-2026-1"),
        (["--organiser", "99"], "no dialect of care_contacts is agreed with 99"),
    ):
        code, said = run(path, *common, *bad)
        assert code == 2 and told in said and said.count("\n") == 1
    key.chmod(0o644)
    assert run(path, *common)[0] == 2
