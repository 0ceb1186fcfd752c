"""A table's hash tells every change of its content, and nothing of how it is stored."""

import duckdb
import pytest

from warehouse.hashes import TableHash, table_hashes

ROWS = "(1, 'a', 1.5), (2, NULL, 2.5), (2, NULL, 2.5)"


def hashed(*statements: str, rows: str = ROWS) -> TableHash:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE TABLE core.t (a INTEGER, b VARCHAR, c DECIMAL(9, 2))")
        con.execute(f"INSERT INTO core.t VALUES {rows}")
        for statement in statements:
            con.execute(statement)
        return table_hashes(con, "memory", ["core.t"])["core.t"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core.t SET c = 1.51 WHERE a = 1",
        "UPDATE core.t SET b = '' WHERE a = 2",
        "UPDATE core.t SET a = 7 WHERE a = 2",  # two equal rows, changed alike
        "INSERT INTO core.t VALUES (2, NULL, 2.5)",
        "DELETE FROM core.t WHERE a = 2",  # two equal rows, gone together
        "DELETE FROM core.t",
        "ALTER TABLE core.t RENAME b TO d",
        "ALTER TABLE core.t ALTER a TYPE BIGINT",
        "ALTER TABLE core.t ADD COLUMN d INTEGER",
    ],
)
def test_every_kind_of_change_shows(statement: str) -> None:
    assert hashed(statement).hash != hashed().hash


def test_values_that_change_columns_show() -> None:
    assert hashed(rows="(1, 'x', 2), (2, 'y', 1)").hash != hashed(rows="(2, 'x', 2), (1, 'y', 1)").hash


def test_the_order_of_rows_and_their_storage_do_not_show() -> None:
    assert hashed() == hashed(rows="(2, NULL, 2.5), (1, 'a', 1.5), (2, NULL, 2.5)")
    assert hashed() == hashed("CREATE OR REPLACE VIEW core.v AS FROM core.t")
    assert hashed().rows == 3


def test_an_empty_table_has_a_hash() -> None:
    assert hashed("DELETE FROM core.t") == hashed("TRUNCATE core.t")
