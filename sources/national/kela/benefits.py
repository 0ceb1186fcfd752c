"""A file of benefits as typed rows, read by DuckDB from where it lies: it may be larger than memory.

Belongs here: decimal commas, NA, yearly and monthly rows, and what must hold of a file as a whole (HVA-KELA-0-01x). Does not belong here: rules of single rows
(kela_benefit.yml), fetching (collect.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sources.contract import Contract
from sources.national.fields import TEXT, Codes, Field, plain, require_fields
from sources.national.json_rows import bounded, quoted, said
from sources.national.outcome import SourceError
from sources.national.rules import require_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEY = ("municipality_code", "benefit_name", "period_grain", "year", "month")
_CODES = Codes(gone="HVA-KELA-0-011", new="HVA-KELA-0-012", null="HVA-KELA-0-013", retyped="HVA-KELA-0-014")
_EUROS = r"-?[0-9]{1,14}(,[0-9]{1,2})?"
# Column → how its values are written, and whether NA may stand for none.
_FORMS = {
    "kuntanumero": ("[0-9]{1,3}", False),
    "kunta": (".+", False),
    "aikajakso": ("vuosi|kuukausi", False),
    "etuus": (".+", False),
    "saajat": ("[0-9]{1,9}", True),
    "maksetut_etuudet_euroa": (_EUROS, True),
    "euroa_per_saaja": (_EUROS, True),
    "vuosi": ("[0-9]{4}", False),
    "kuukausi": ("[0-9]{1,2}", True),
}
_BATCH = 50_000
_LONGEST_HEADER = 4096


class Place(Protocol):
    """Where a file lies; it may move once, into the landing."""

    path: Path


class BenefitRows:
    """The rows of one file. Nothing of it is held: each question reads the file anew."""

    def __init__(self, place: Place, is_simulated: bool) -> None:
        self._place = place
        self.origin = "synthetic" if is_simulated else "published"
        self._names = _header(place.path)
        inventory = Counter((name, TEXT) for name in self._names)
        require_fields("rows of the file", inventory, 1, dict.fromkeys(_FORMS, Field()), _CODES)
        with self._reading() as con:
            _require_form(con)
            self.height = con.execute("select count(*) from typed").fetchall()[0][0]

    def write(self, path: Path, snapshot_id: str) -> None:
        with self._reading() as con:
            con.execute("set preserve_insertion_order = true")  # the same file, the same bytes
            con.execute(
                f"copy (select {quoted(snapshot_id)} as snapshot_id, * from typed) to {quoted(str(path))} (format parquet, compression zstd)"
            )

    def require(self, contract: Contract) -> None:
        """Every row keeps the contract, and no key stands twice. Raises SourceError."""
        import polars as pl

        with self._reading() as con:
            for batch in con.sql("select * from typed").to_arrow_reader(_BATCH):
                require_rows(contract, pl.DataFrame(pl.from_arrow(batch)))
        with self._reading() as con:
            doubled = con.execute(
                f"select count(*) from (select 1 from typed group by {', '.join(KEY)} having count(*) > 1)"
            ).fetchall()[0][0]
        if doubled:
            raise SourceError(
                f"{contract.unique_rule.id}: {contract.unique_rule.text['en']} {doubled} keys; the file is refused whole"
            )

    def require_no_loss(self, before: dict[str, Any] | None) -> None:
        """HVA-KELA-0-016: not far fewer rows than the last good snapshot (`before`, its event's body) had."""
        if before is not None and self.height < before["parquet"]["rows"] / 2:
            raise SourceError(
                f"HVA-KELA-0-016: {self.height} rows where the last good snapshot had {before['parquet']['rows']}: that one stays"
            )

    def digest(self) -> str:
        """What the rows say, whatever their order."""
        with self._reading() as con:
            rows, total = con.execute(
                "select count(*), sum(md5_number_lower(cast(typed as varchar))) from typed"
            ).fetchall()[0]
        return f"{rows}-{int(total):x}"

    @contextmanager
    def _reading(self) -> Iterator[DuckDBPyConnection]:
        """A database with the view `typed`; what DuckDB says of the file is a SourceError."""
        import duckdb

        path = self._place.path
        with bounded() as con:
            con.execute(f"set temp_directory = {quoted(str(path.parent / '.tmp-spilt'))}")
            try:
                con.execute(
                    f"create temp view sent as select * from read_csv({quoted(str(path))}, {_dialect(self._names)})"
                )
                con.execute(f"create temp view typed as {_typed(self.origin)}")
                yield con
            except duckdb.Error as error:
                raise SourceError(f"HVA-KELA-0-010: the file is no table that can be read ({said(error)})") from None


def _header(path: Path) -> list[str]:
    """The names of the columns as they are written. Raises SourceError (HVA-KELA-0-010)."""
    with path.open("rb") as file:
        line = file.readline(_LONGEST_HEADER)
    try:
        names = next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")], delimiter=";"), [])
    except (UnicodeDecodeError, csv.Error):
        names = []
    if len(names) < 2 or len(set(names)) != len(names):
        raise SourceError(
            "HVA-KELA-0-010: the file does not begin with names of columns parted by semicolons, each once: its form has changed"
        )
    return [plain(name) for name in names]


def _dialect(names: list[str]) -> str:
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return f"delim = ';', quote = '\"', escape = '\"', header = true, auto_detect = false, strict_mode = true, buffer_size = 8388608, columns = {{{columns}}}"


def _require_form(con: DuckDBPyConnection) -> None:
    """HVA-KELA-0-013, 014, 015: there are rows, values where there must be, and each is written as its column's are."""
    counts = ", ".join(
        f"count_if({name} is null or {name} = 'NA'), "
        f"count_if(not regexp_full_match({name}, {quoted(form + ('|NA' if may_be_absent else ''))}))"
        for name, (form, may_be_absent) in _FORMS.items()
    )
    [(rows, monthly, *found)] = con.execute(
        f"""select count(*), count_if((aikajakso = 'kuukausi') = (coalesce(kuukausi, 'NA') = 'NA')), {counts} from sent"""
    ).fetchall()
    if rows == 0:
        raise SourceError("HVA-KELA-0-015: the file has a header and no rows: the last good rows stay")
    for (name, (_, may_be_absent)), absent, strange in zip(_FORMS.items(), found[::2], found[1::2], strict=True):
        if absent and not may_be_absent:
            raise SourceError(f"{_CODES.null}: {absent} of {rows} rows have no {name!r}: refused whole")
        if strange:
            raise SourceError(
                f"{_CODES.retyped}: {strange} rows give {name!r} in another form than agreed: its type has changed"
            )
    if monthly:
        raise SourceError(f"HVA-KELA-0-017: {monthly} rows are yearly with a month, or monthly without one")


def _typed(origin: str) -> str:
    number = "cast(nullif(nullif({}, 'NA'), '') as {})"
    euros = "cast(replace(nullif(nullif({}, 'NA'), ''), ',', '.') as decimal(18, 2))"
    return f"""select
        lpad(kuntanumero, 3, '0') as municipality_code, kunta as municipality_name, etuus as benefit_name,
        case aikajakso when 'vuosi' then 'year' else 'month' end as period_grain,
        cast(vuosi as bigint) as year, {number.format("kuukausi", "bigint")} as month,
        {number.format("saajat", "bigint")} as recipients,
        {euros.format("maksetut_etuudet_euroa")} as paid_eur, {euros.format("euroa_per_saaja")} as eur_per_recipient,
        {quoted(origin)} as origin
    from sent"""
