"""The digest of rows is in the ledgers of homes that live on: it stays as it was first made."""

import hashlib

import polars as pl

from sources.national.digest import content_digest


def test_it_is_of_the_rows_as_csv_with_their_names_nulls_and_decimals():
    amounts = pl.Series(["1.50", None], dtype=pl.String).cast(pl.Decimal(9, 4))
    frame = pl.DataFrame({"year": [2025, 2026], "name": ["a,b", "å"], "amount": amounts})
    said = 'year,name,amount\n2025,"a,b",1.5000\n2026,å,\n'
    assert content_digest(frame) == hashlib.sha256(said.encode("utf-8")).hexdigest()
