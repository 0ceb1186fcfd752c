"""A release is published whole and read back, or the old one stays."""

import stat
import subprocess
import threading
from pathlib import Path

import duckdb
import pytest

from sources.landing import erase
from tests.warehouse.made import World, build_work, night
from warehouse.publish import PublishError, publish
from warehouse.read import open_release
from warehouse.release import Release, current_release, release_heads, standing_releases
from warehouse.sql import literal


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return con.execute(query).fetchall()


def opened(world: World, query: str) -> list[tuple]:
    with open_release(world.home) as con:
        return rows(con, query)


def catalogue(folder: Path, file: str) -> set[str]:
    with duckdb.connect(str(folder / file), read_only=True) as con:
        return {
            f"{schema}.{table}" for schema, table in rows(con, "SELECT schema_name, table_name FROM duckdb_tables()")
        } | {
            f"{schema}.{view} (view)"
            for schema, view in rows(con, "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal")
        }


def rebuilt(world: World, *statements: str) -> Release:
    """Publish a build to which `statements` were added."""
    staged = world.stage(night(3))
    build_work(world.home)
    with duckdb.connect(str(world.home.build / "work.duckdb")) as con:
        for statement in statements:
            con.execute(statement)
    return publish(world.home, world.ledger, night(3), staged)


def test_nothing_is_published_without_a_build(world: World) -> None:
    staged = world.stage(night(3))
    with pytest.raises(PublishError, match="build before publishing"):
        publish(world.home, world.ledger, night(3), staged)
    assert current_release(world.home) is None


def test_a_file_that_reads_back_otherwise_is_not_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.accept("r1", night(3))
    old = world.release(night(3))
    world.accept("r2", night(4), sequence=2)
    import warehouse.publish

    write = warehouse.publish._write_files

    def write_and_damage(con: duckdb.DuckDBPyConnection, home, release, relations) -> None:
        write(con, home, release, relations)
        with duckdb.connect(str(home.build / "marts.duckdb")) as damaged:
            damaged.execute("UPDATE core.dim_region SET region_name_fi = 'Kanta-Häme' WHERE region_code = '05'")

    monkeypatch.setattr(warehouse.publish, "_write_files", write_and_damage)
    with pytest.raises(PublishError, match=r"core\.dim_region in marts\.duckdb reads back otherwise"):
        world.release(night(4))
    assert current_release(world.home) == old
    assert world.ledger.events("release")[-1].subject == old.release_id


def test_person_rows_are_in_the_private_file_only(world: World) -> None:
    world.accept("r1", night(3))
    release = world.release(night(3))
    folder = world.home.releases / release.release_id
    assert catalogue(folder, "marts.duckdb") == {
        "core.dim_region",
        "dq.delivery",
        "mart.minimum_dataset",
        "mart.minimum_dataset_current (view)",
        "meta.release",
        "meta.snapshot",
    }
    assert catalogue(folder, "warehouse.duckdb") == {
        "core.fct_care_contact (view)",
        "dq.quarantine",
        "meta.release",
        "stg.care_contact (view)",
        "stg.delivery",
    }
    assert {entry.name for entry in folder.iterdir()} == {
        "marts.duckdb",
        "warehouse.duckdb",
        "slices",
        "release.json",
        "ledger_head.json",
    }


def test_a_table_with_an_identifying_column_is_private_whatever_its_name(world: World) -> None:
    world.accept("r1", night(3))
    release = rebuilt(
        world,
        "CREATE TABLE mart.heavy_users AS SELECT client_id, count(*) AS n FROM core.fct_care_contact GROUP BY ALL",
        "CREATE VIEW mart.heavy_user_count AS SELECT count(*) AS n FROM mart.heavy_users",
    )
    where = {table["name"]: table["file"] for table in release.tables}
    assert where["mart.heavy_users"] == where["mart.heavy_user_count"] == "warehouse.duckdb"
    assert opened(world, "SELECT n FROM mart.heavy_user_count") == [(4,)]


def test_published_files_are_private_or_read_only(world: World) -> None:
    world.accept("r1", night(3))
    folder = world.home.releases / world.release(night(3)).release_id
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()}
    assert modes == {
        "marts.duckdb": 0o444,
        "warehouse.duckdb": 0o400,
        "release.json": 0o444,
        "ledger_head.json": 0o444,
        "slices": 0o700,
    }


def test_views_read_the_release_s_own_slices_after_the_build_is_gone(world: World) -> None:
    world.accept("r1", night(3), rows=6)
    first = world.release(night(3))
    world.accept("r2", night(4), sequence=2, rows=9)
    world.release(night(4))
    assert list(world.home.build.iterdir()) == []
    query = "SELECT receipt_id, count(*), count(known_to) FROM core.fct_care_contact GROUP BY ALL ORDER BY ALL"
    assert opened(world, query) == [("r1", 4, 4), ("r2", 6, 0)]
    old = world.home.releases / first.release_id / "warehouse.duckdb"
    with duckdb.connect(str(old), read_only=True) as con:
        assert rows(con, query) == [("r1", 4, 0)]


def test_descriptions_constraints_and_order_survive(world: World) -> None:
    world.accept("r1", night(3))
    folder = world.home.releases / world.release(night(3)).release_id
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as con:
        assert rows(con, "SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_region'") == [
            ("Regions; the county's own names",)
        ]
        described = "SELECT column_name, is_nullable, comment FROM duckdb_columns() WHERE table_name = 'dim_region'"
        assert rows(con, described) == [("region_code", False, "Two digits"), ("region_name_fi", True, None)]
        assert rows(con, "SELECT region_code FROM core.dim_region") == [("05",), ("21",)]
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as con:
        comments = "SELECT comment FROM duckdb_views() WHERE view_name = 'fct_care_contact'"
        assert rows(con, comments) == [("One row per accepted contact",)]
        column = (
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'fct_care_contact' AND column_name = 'client_id'"
        )
        assert rows(con, column) == [("Pseudonym of the client",)]


def test_every_relation_answers_to_its_plain_name(world: World) -> None:
    world.accept("r1", night(3))
    release = world.release(night(3))
    assert opened(world, "SELECT release_id, released_at, profile, ledger_seq FROM meta.release") == [
        (release.release_id, night(3).replace(tzinfo=None), "simulated", release.ledger.seq)
    ]
    for table in release.tables:
        assert opened(world, f"SELECT count(*) FROM {table['name']}") == [(table["rows"],)], table


def test_a_release_says_what_it_was_made_of(world: World) -> None:
    world.accept("r1", night(3))
    staged = world.stage(night(3))
    build_work(world.home)
    head = world.ledger.head()
    release = publish(world.home, world.ledger, night(3), staged)
    assert release.release_id.startswith("20261103T0000Z-")
    assert (release.at, release.profile, release.ledger) == (night(3), "simulated", head)
    assert (release.input_fingerprint, release.code_fingerprint) == (staged.fingerprint, staged.code_fingerprint)
    assert Release.read(world.home.releases / release.release_id) == release == current_release(world.home)
    tables = {table["name"]: (table["rows"], table["file"]) for table in release.tables}
    assert tables["core.fct_care_contact"] == (4, "warehouse.duckdb")
    assert tables["mart.minimum_dataset"] == (1, "marts.duckdb")
    assert [event.subject for event in world.ledger.events("release")] == [release.release_id]
    assert release_heads(world.home) == [world.ledger.head()]


def test_equal_input_gives_the_same_release_again(world: World) -> None:
    world.accept("r1", night(3))
    first = world.release(night(3))
    inode = (world.home.releases / first.release_id / "marts.duckdb").stat().st_ino
    again = world.release(night(3))
    assert again == first
    assert (world.home.releases / first.release_id / "marts.duckdb").stat().st_ino == inode
    assert len(world.ledger.events("release")) == 1


def test_another_home_with_equal_input_gives_the_same_id_and_hashes(world: World, tmp_path: Path) -> None:
    from sources.home import Home
    from sources.ledger import Ledger

    other_home = Home.open(tmp_path / "other", "simulated")
    with Ledger(other_home.ledger) as ledger:
        other = World(other_home, ledger)
        for one in (world, other):
            one.accept("r1", night(3))
        a, b = world.release(night(3)), other.release(night(3))
    assert (a.release_id, a.tables) == (b.release_id, b.tables)


def test_readers_during_publishing_see_one_whole_release_or_another(world: World) -> None:
    world.accept("r1", night(3))
    world.release(night(3))
    done, faults, seen = threading.Event(), [], set()

    def read() -> None:
        query = """SELECT (SELECT release_id FROM meta.release), (SELECT count(*) FROM dq.delivery),
                          (SELECT count(DISTINCT receipt_id) FROM core.fct_care_contact)"""
        while not done.wait(0.01):
            try:
                release_id, deliveries, receipts = opened(world, query)[0]
            except Exception as fault:
                faults.append(fault)
                return
            if deliveries != receipts:
                faults.append((release_id, deliveries, receipts))
            seen.add(release_id)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(2, 5):
        world.accept(f"r{number}", night(2 + number), sequence=number)
        world.release(night(2 + number))
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert len(seen) > 1


def test_an_old_handle_keeps_its_release(world: World) -> None:
    world.accept("r1", night(3))
    old = world.release(night(3))
    with open_release(world.home) as con:
        world.accept("r2", night(4), sequence=2)
        new = world.release(night(4))
        assert rows(con, "SELECT release_id FROM meta.release") == [(old.release_id,)]
        assert rows(con, "SELECT count(*) FROM core.fct_care_contact") == [(4,)]
        assert opened(world, "SELECT release_id FROM meta.release") == [(new.release_id,)]


def test_the_last_three_releases_stay(world: World) -> None:
    made = []
    for number in range(1, 6):
        world.accept(f"r{number}", night(2 + number), sequence=number)
        made.append(world.release(night(2 + number)).release_id)
    assert [release.release_id for release in standing_releases(world.home)] == made[-3:]
    assert sorted(entry.name for entry in world.home.releases.iterdir()) == sorted(made[-3:])
    assert world.ledger.verify(release_heads(world.home)) == []
    assert len(release_heads(world.home)) == 3


def test_unchanged_slices_are_shared_between_releases(world: World) -> None:
    world.accept("r1", night(3))
    first = world.release(night(3)).release_id
    world.accept("r2", night(4), sequence=2)
    second = world.release(night(4)).release_id
    name = "slices/care_contacts/2026-08/05-r1-0123456789ab.parquet"
    assert (world.home.releases / first / name).samefile(world.home.releases / second / name)


def test_releases_made_before_an_erasure_go_with_the_next_one(world: World) -> None:
    sha256 = world.accept("r1", night(3))
    world.release(night(3))
    world.accept("r2", night(4), organiser="07")
    world.release(night(4))
    erase(world.home, world.ledger, sha256, "sent by mistake", "A. Keeper", night(5))
    assert opened(world, "SELECT DISTINCT receipt_id FROM core.fct_care_contact") == [("r2",)]
    new = world.release(night(5))
    assert [release.release_id for release in standing_releases(world.home)] == [new.release_id]
    assert opened(world, "SELECT DISTINCT receipt_id FROM dq.quarantine") == [("r2",)]
    assert opened(world, "SELECT count(*) FROM dq.delivery WHERE reason LIKE 'erased%'") == [(1,)]


def test_a_view_over_files_that_are_not_kept_becomes_a_table(world: World) -> None:
    world.accept("r1", night(3))
    world.snapshot("s1", night(3))
    build = literal(world.home.build)[1:-1]
    rebuilt(world, f"CREATE VIEW core.fct_population AS FROM read_parquet('{build}/national/population/s1.parquet')")
    assert opened(world, "SELECT snapshot_id FROM core.fct_population") == [("s1",)]


def test_the_published_files_say_a_storage_version_that_older_readers_know(world: World) -> None:
    world.accept("r1", night(3))
    folder = world.home.releases / world.release(night(3)).release_id
    for file in ("marts.duckdb", "warehouse.duckdb"):
        with duckdb.connect(str(folder / file), read_only=True) as con:
            tags = rows(con, f"SELECT tags FROM duckdb_databases() WHERE database_name = '{Path(file).stem}'")[0][0]
        assert tags["storage_version"].startswith("v1.5"), tags


def test_a_moved_home_still_finds_its_current_release(world: World, tmp_path: Path) -> None:
    world.accept("r1", night(3))
    release = world.release(night(3))
    subprocess.run(["cp", "-a", str(world.home.root), str(tmp_path / "moved")], check=True)
    from sources.home import Home

    assert current_release(Home(tmp_path / "moved")) == release
