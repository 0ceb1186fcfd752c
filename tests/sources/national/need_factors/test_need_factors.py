"""Dropped need factors: what is refused and stays where it lies, what is kept, and that no crash or repeat changes it."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import yaml

from sources.home import Home
from sources.landing import Landing, erase
from sources.ledger import Ledger
from sources.national.need_factors.collect import collect_need_factors
from sources.national.need_factors.drop import folder_of
from sources.regional.inbox import scan
from sources.simulator.calendar import business_time
from sources.simulator.drops import drop_need_factors
from sources.simulator.tables import FIGURES

NIGHT = business_time(0)
REPOSITORY = Path(__file__).parents[4]
FINAL = (FIGURES / "need_factors_final_2025-06-25.csv").read_bytes()
PRELIMINARY = (FIGURES / "need_factors_preliminary_2025-04-30.csv").read_bytes()
COLLECT = (
    "import sys; from pathlib import Path; from sources.home import Home; from sources.landing import Landing; from sources.ledger import Ledger\n"
    "from sources.national.need_factors.collect import collect_need_factors; from sources.simulator.calendar import business_time\n"
    "home = Home(Path(sys.argv[1]))\n"
    "with Ledger(home.ledger) as ledger: collect_need_factors(home, ledger, Landing(home.landing), business_time(0))"
)


class Desk:
    """A home, and the ways in which a person drops files into it."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root, "live")
        self.folder = folder_of(self.home)
        self.folder.mkdir(parents=True)

    def drop(self, data: bytes = FINAL, name: str = "factors.csv", **said) -> Path:
        (self.folder / name).write_bytes(data)
        provenance = {
            "file": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "publisher": "THL",
            "title": "Tarvekertoimet",
            "vintage": "THL_final_2025-06-25",
            "published_on": "2025-06-25",
            "obtained_at": "2026-11-01T15:00:00+02:00",
            "address": "https://example.org/factors",
            "licence": "CC BY 4.0",
            "origin": "published",
        } | said
        path = self.folder / f"{name}.provenance.yml"
        path.write_text(yaml.safe_dump({k: v for k, v in provenance.items() if v is not None}), encoding="utf-8")
        return path

    def collect(self, at: datetime = NIGHT):
        with Ledger(self.home.ledger) as ledger:
            return collect_need_factors(self.home, ledger, Landing(self.home.landing), at)

    def snapshots(self):
        with Ledger(self.home.ledger) as ledger:
            return ledger.events("snapshot")

    def rows(self) -> pl.DataFrame:
        return pl.read_parquet(self.home.parquet / "need_factors" / "*.parquet")

    @property
    def names(self) -> set[str]:
        return {p.name for p in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path / "home ä")


def changed(find: str, replace: str) -> bytes:
    text = FINAL.decode()
    assert text.count(find) == 1, text.count(find)
    return text.replace(find, replace).encode()


def row_of(year: int, county: str, sector: str) -> str:
    return next(
        line for line in FINAL.decode().splitlines() if line.startswith(f"{year},{county},") and f",{sector}," in line
    )


VANTAA = row_of(2023, "04", "TOTAL")
BAD = {
    "another file than the provenance says": (FINAL, {"sha256": "0" * 64}, "HVA-NF-0-002"),
    "a page instead of the file": (b"<html><body>502</body></html>\n", {}, "HVA-NF-0-003"),
    "another header": (FINAL.replace(b"need_factor,", b"factor,", 1), {}, "HVA-NF-0-003"),
    "a county lost": (changed(VANTAA + "\n", ""), {}, "HVA-NF-0-004"),
    "a county twice": (changed(VANTAA + "\n", VANTAA + "\n" + VANTAA + "\n"), {}, "HVA-NF-1-021"),
    "a factor with a comma": (changed(VANTAA, VANTAA.replace("0.889422", '"0,889422"')), {}, "HVA-NF-1-010"),
    "a factor out of bounds": (changed(VANTAA, VANTAA.replace("0.889422", "88.9422")), {}, "HVA-NF-1-012"),
    "a county code without its zero": (changed(VANTAA, VANTAA.replace("2023,04,", "2023,4,")), {}, "HVA-NF-1-007"),
    "no origin": (FINAL, {"origin": "real"}, "HVA-NF-0-001"),
    "a total that is not its sectors": (changed(VANTAA, VANTAA.replace("0.889422", "0.889432")), {}, "HVA-NF-0-006"),
    "a country that is not 1": (
        changed(row_of(2020, "FI", "TH"), row_of(2020, "FI", "TH").replace(",1.0,", ",1.1,")),
        {},
        "HVA-NF-0-005",
    ),
    "residents lost": (
        changed(row_of(2019, "05", "SH"), row_of(2019, "05", "SH").replace("479", "478", 1)),
        {},
        "HVA-NF-0-005",
    ),
    "a drop from the future": (FINAL, {"obtained_at": "2026-11-03T00:00:00+02:00"}, "HVA-NF-0-007"),
    "a time without an offset": (FINAL, {"obtained_at": "2026-11-01T15:00:00"}, "HVA-NF-0-001"),
    "no such day": (FINAL, {"published_on": "2025-02-31"}, "HVA-NF-0-001"),
    "a path instead of a name": (FINAL, {"file": "../factors.csv"}, "HVA-NF-0-001"),
    "no licence": (FINAL, {"licence": None}, "HVA-NF-0-001"),
    "a plain address": (FINAL, {"address": "ftp://example.org"}, "HVA-NF-0-001"),
    "a file that is not there": (FINAL, {"file": "other.csv"}, "cannot be taken in"),
}


LINES = FINAL.decode().splitlines()


def said_of_vantaa(factor: str) -> bytes:
    return changed(VANTAA, VANTAA.replace("0.889422", factor))


def each_line(change: Callable[[str], str]) -> bytes:
    return "".join(change(line) + "\n" for line in LINES).encode()


# The file itself gone wrong: bytes, header and lines. No part of it is ever taken.
BROKEN = {
    "nothing": (b"", "HVA-NF-0-003"),
    "a header alone": (LINES[0].encode() + b"\n", "HVA-NF-0-004"),
    "UTF-16": (FINAL.decode().encode("utf-16"), "HVA-NF-0-003"),
    "Latin-1": (FINAL.decode().encode("latin-1"), "HVA-NF-0-003"),
    "a character spelled too long": (FINAL.replace(b"Vantaa", b"Van\xc0\xafa", 1), "HVA-NF-0-003"),
    "a NUL": (FINAL.replace(b"Vantaa", b"Van\0aa", 1), "do not show"),
    "a control character": (FINAL.replace(b"Vantaa", b"Van\x07aa", 1), "do not show"),
    "turned text": (FINAL.replace(b"Vantaa", "Van\u202eaa".encode(), 1), "do not show"),
    "a file without an end": (FINAL.replace(b"Vantaa", b"V" * 6_000_000, 1), "the limit is"),
    "the workbook itself": (b"PK\x03\x04" + bytes(range(32, 127)) * 5, "save the sheet itself as CSV"),
    "a document": (b"%PDF-1.7\n%abc\n", "instead of"),
    "JSON": (b'{"error": "upstream timed out"}', "instead of"),
    "the first half": (FINAL[: len(FINAL) // 2], "HVA-NF-"),
    "the first lines": (("\n".join(LINES[:300]) + "\n").encode(), "HVA-NF-0-004"),
    "semicolons": (FINAL.replace(b",", b";"), "HVA-NF-0-003"),
    "tabs": (FINAL.replace(b",", b"\t"), "HVA-NF-0-003"),
    "a bare carriage return": (FINAL.replace(b"\n", b"\r"), "HVA-NF-0-003"),
    "a title": (b"THL tarvekertoimet\n" + FINAL, "HVA-NF-0-003"),
    "a comment": (b"# 2025\n" + FINAL, "HVA-NF-0-003"),
    "the header again": (FINAL + LINES[0].encode() + b"\n", "HVA-NF-1-003"),
    "a blank line": (changed(VANTAA, VANTAA + "\n"), "HVA-NF-1-003"),
    "a field too many": (changed(VANTAA, VANTAA + ",1"), "HVA-NF-0-003"),
    "a field too few": (changed(VANTAA, VANTAA.rpartition(",")[0]), "HVA-NF-1-016"),
    "a delimiter at every end": (each_line(lambda line: line + ","), "HVA-NF-0-003"),
    "a quotation mark left open": (changed(VANTAA, VANTAA.replace("TOTAL", '"TOTAL')), "HVA-NF-0-003"),
    "a column lost": (each_line(lambda line: line.rpartition(",")[0]), "HVA-NF-0-003"),
    "a column twice": (each_line(lambda line: f"{line},{line.split(',')[0]}"), "HVA-NF-0-003"),
    "capitals": (FINAL.replace(b"need_factor,", b"Need_Factor,", 1), "HVA-NF-0-003"),
    "a blank in a heading": (FINAL.replace(b"need_factor,", b"need_factor ,", 1), "HVA-NF-0-003"),
    "no key": (changed(VANTAA, VANTAA.replace("TOTAL", "")), "HVA-NF-1-008"),
    "an unknown area": (changed(VANTAA, VANTAA.replace(",04,", ",44,")), "HVA-NF-1-007"),
    "a year to come": (FINAL.replace(b"\n2023,", b"\n2033,"), "HVA-NF-0-008"),
    "a year as a decimal": (changed(VANTAA, VANTAA.replace("2023,", "2023.0,")), "HVA-NF-1-003"),
    "a year beyond all numbers": (changed(VANTAA, VANTAA.replace("2023,", "9" * 25 + ",")), "HVA-NF-1-003"),
    "residents as a decimal": (changed(VANTAA, VANTAA + ".6"), "HVA-NF-1-016"),
}
NO_FACTORS = [
    *(
        "0,889422",
        '"0,889422"',
        "0.8894224",
        "0.889 422",
        "8.89422e-1",
        "+0.889422",
        " 0.889422",
        "00.889422",
        ".889422",
    ),
    *("0.", "NaN", "inf", "٠.٨", "..", "<5", "-", "n/a", "", "#N/A"),
]


@pytest.mark.parametrize(("data", "told"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_broken_is_refused_whole_and_the_last_good_figures_stay(data, told, desk):
    desk.drop(PRELIMINARY, "first.csv", vintage="THL_preliminary_2025-04-30", published_on="2025-04-30")
    desk.collect()
    known, rows = desk.snapshots(), desk.rows()
    desk.drop(data, obtained_at="2026-11-01T16:00:00+02:00")
    for _ in range(2):
        outcome = desk.collect()
        assert (outcome.status, outcome.rows) == ("failed", 0)
        assert told in outcome.reason and outcome.reason.isprintable() and len(outcome.reason) < 500
        assert (desk.snapshots(), desk.names) == (known, {"factors.csv", "factors.csv.provenance.yml"})
        assert desk.rows().equals(rows)


@pytest.mark.parametrize("factor", NO_FACTORS)
def test_a_factor_that_is_not_written_as_agreed_is_neither_rounded_nor_guessed(factor, desk):
    desk.drop(said_of_vantaa(factor))
    outcome = desk.collect()
    assert outcome.status == "failed"
    assert "HVA-NF-1-010" in outcome.reason or (factor == "0,889422" and "HVA-NF-0-003" in outcome.reason)


SAME = {
    "a byte order mark": b"\xef\xbb\xbf" + FINAL,
    "CRLF": FINAL.replace(b"\n", b"\r\n"),
    "no last line end": FINAL.rstrip(b"\n"),
    "everything quoted": each_line(lambda line: ",".join(f'"{value}"' for value in line.split(","))),
    "columns that change places": each_line(lambda line: ",".join(reversed(line.split(",")))),
    "rows in another order": ("\n".join([LINES[0], *reversed(LINES[1:])]) + "\n").encode(),
}


@pytest.mark.parametrize("data", SAME.values(), ids=SAME)
def test_another_way_to_write_the_same_figures_says_the_same(data, desk):
    desk.drop(FINAL)
    desk.collect()
    desk.drop(data, "again.csv", obtained_at="2026-11-01T16:00:00+02:00")
    assert (desk.collect().status, desk.names) == ("unchanged", set())
    assert len(desk.snapshots()) == 1


@pytest.mark.parametrize("name", BAD)
def test_a_bad_drop_is_refused_in_one_line_and_stays_where_it_lies(name, desk):
    data, said, told = BAD[name]
    desk.drop(data, **said)
    before = desk.names
    outcome = desk.collect()
    assert outcome.status == "failed"
    assert told in outcome.reason
    assert "\n" not in outcome.reason
    assert "factors.csv" in outcome.reason
    assert desk.names == before
    assert desk.snapshots() == []
    assert not (desk.home.parquet / "need_factors").exists()


def test_a_bad_drop_does_not_hold_up_a_good_one_and_the_good_one_stays_known(desk):
    desk.drop(PRELIMINARY, "a.csv", vintage="THL_preliminary_2025-04-30", published_on="2025-04-30")
    desk.drop(FINAL[:-400], "b.csv", obtained_at="2026-11-01T16:00:00+02:00")
    outcome = desk.collect()
    assert (outcome.status, outcome.rows) == ("failed", 552)
    assert [e.body["vintage"] for e in desk.snapshots()] == ["THL_preliminary_2025-04-30"]
    assert desk.names == {"b.csv", "b.csv.provenance.yml"}


def test_two_editions_dropped_before_one_night_become_known_one_after_the_other(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    assert drop_need_factors(folder_of(home), home.root / "simulator") == 2
    assert drop_need_factors(folder_of(home), home.root / "simulator") == 0
    with Ledger(home.ledger) as ledger:
        outcome = collect_need_factors(home, ledger, Landing(home.landing), NIGHT)
        assert (outcome.status, outcome.rows, outcome.requests_made) == ("new", 1104, 0)
        first, second = ledger.events("snapshot")
        assert first.at == datetime(2026, 11, 1, 7, tzinfo=UTC)
        assert first.at < second.at < NIGHT
        assert [e.body["source_updated"] for e in (first, second)] == ["2025-04-30", "2025-06-25"]
        assert second.body["provenance"]["licence"] == "CC BY 4.0"
        assert second.body["origin"] == "published"
        for part in second.body["parts"]:
            assert Landing(home.landing).path(part["sha256"]).is_file()
        assert ledger.verify() == []
        assert collect_need_factors(home, ledger, Landing(home.landing), NIGHT).status == "unchanged"
    assert list(folder_of(home).iterdir()) == []
    rows = pl.read_parquet(home.parquet / "need_factors" / "*.parquet")
    assert rows.schema["need_factor"] == pl.Decimal(9, 6)
    vantaa = rows.filter(pl.col("county_code") == "04", pl.col("sector") == "TOTAL", pl.col("data_year") == 2023)
    assert dict(vantaa.select("vintage", "need_factor").iter_rows()) == {
        "THL_preliminary_2025-04-30": Decimal("0.846534"),
        "THL_final_2025-06-25": Decimal("0.889422"),
    }


def test_between_the_editions_only_2023_moved():
    def read(data: bytes) -> pl.DataFrame:
        return pl.read_csv(data, schema_overrides={"hva_code": pl.String, "need_factor": pl.String})

    both = read(PRELIMINARY).join(read(FINAL), on=["data_year", "hva_code", "sector"], suffix="_final")
    moved = both.filter(pl.col("need_factor") != pl.col("need_factor_final"))
    assert both.height == 552
    assert set(moved["data_year"]) == {2023}
    assert moved.filter(pl.col("sector") == "TOTAL").height == 22


def test_the_same_figures_again_make_no_snapshot_and_leave_the_folder(desk):
    desk.drop()
    assert desk.collect().status == "new"
    desk.drop(name="again.csv", obtained_at="2026-11-01T16:00:00+02:00")
    outcome = desk.collect()
    assert (outcome.status, outcome.reason) == ("unchanged", None)
    assert len(desk.snapshots()) == 1
    assert desk.names == set()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"published_on": "2025-04-30", "obtained_at": "2026-11-01T16:00:00+02:00"}, "older edition"),
        ({"obtained_at": "2026-11-01T14:00:00+02:00"}, "not after that of THL_final_2025-06-25"),
    ],
)
def test_an_older_edition_or_an_earlier_drop_never_replaces_what_is_known(said, told, desk):
    desk.drop()
    desk.collect()
    desk.drop(PRELIMINARY, "old.csv", **({"vintage": "THL_preliminary_2025-04-30"} | said))
    outcome = desk.collect()
    assert (outcome.status, len(desk.snapshots())) == ("failed", 1)
    assert told in outcome.reason


def test_a_file_without_its_provenance_waits_and_says_so(desk):
    (desk.folder / "later.csv").write_bytes(FINAL)
    outcome = desk.collect()
    assert (outcome.status, outcome.reason) == ("unchanged", "later.csv waits for its provenance")
    assert desk.names == {"later.csv"}


def test_a_link_is_never_followed_out_of_the_folder(desk, tmp_path):
    desk.drop()
    (tmp_path / "secret.csv").write_bytes(FINAL)
    (desk.folder / "factors.csv").unlink()
    (desk.folder / "factors.csv").symlink_to(tmp_path / "secret.csv")
    assert desk.collect().status == "failed"
    assert desk.snapshots() == []


def test_lost_parquet_is_made_again_from_landing_with_the_same_bytes_and_erased_ones_are_not(desk):
    desk.drop()
    desk.collect()
    (path,) = (desk.home.parquet / "need_factors").iterdir()
    before = path.read_bytes()
    path.unlink()
    desk.collect()
    assert path.read_bytes() == before
    with Ledger(desk.home.ledger) as ledger:
        erase(desk.home, ledger, desk.snapshots()[0].body["sha256"], "test", "tester", NIGHT)
    assert not path.exists()
    desk.collect()
    assert not path.exists()


@pytest.mark.parametrize(
    "kill_at", ["snapshot.written", "ledger.before_commit", "ledger.committed", "inbox.removed:1", "inbox.removed:3"]
)
def test_a_night_killed_at_any_step_ends_as_an_undisturbed_one(kill_at, tmp_path):
    homes = {}
    for name in ("killed", "undisturbed"):
        home = Home.open(tmp_path / name, "simulated")
        drop_need_factors(folder_of(home), home.root / "simulator")
        homes[name] = home
    environment = os.environ | {"SOTEVARASTO_KILL_AT": kill_at, "PYTHONPATH": str(REPOSITORY)}
    killed = subprocess.run([sys.executable, "-c", COLLECT, str(homes["killed"].root)], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    found = []
    for home in homes.values():
        with Ledger(home.ledger) as ledger:
            outcome = collect_need_factors(home, ledger, Landing(home.landing), NIGHT)
            assert outcome.reason is None
            found.append([(e.subject, e.at, e.body) for e in ledger.events("snapshot")])
        assert list(folder_of(home).iterdir()) == []
        found[-1].append(
            sorted(
                (p.name, p.read_bytes())
                for p in (home.parquet / "need_factors").iterdir()
                if not p.name.startswith(".")
            )
        )
    assert found[0] == found[1]


def test_the_folder_is_no_senders_and_nobody_complains_of_it(desk):
    desk.drop()
    (desk.home.inbox / "99").mkdir()
    looked = scan(desk.home.inbox, {"05"})
    assert len(looked.problems) == 1
    assert "inbox/99" in looked.problems[0]
