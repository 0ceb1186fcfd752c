"""Wide and friendly views, the dictionary and the questions, over the hand-made inputs and as they are published."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal

import duckdb
import pytest
import yaml

from orchestration.dbt_runner import invoke
from tests.dbt_project.conftest import PROJECT
from tests.dbt_project.national_inputs import SEEDS
from warehouse.export import PUBLISHED_SCHEMAS, built_relations, export, needed_by

KEY = "basis, region_level, region_code, period_grain, period_start, period_end, sex, age_group, language_status, municipality_type"
TOTAL = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"
SEPTEMBER = f"basis = 'residence' and period_grain = 'month' and period_start = '2026-09-01' and {TOTAL}"
FRIENDLY = {"fi": "vahimmaistietosisalto", "sv": "minimidatainnehall"}
PUBLISHED = [path for schema in PUBLISHED_SCHEMAS for path in sorted((PROJECT / "models" / schema).glob("*.sql"))]


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def model(stem: str) -> dict:
    (path,) = PROJECT.glob(f"models/*/{stem}.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]


INDICATORS = [(row["indicator_code"], row["theme"]) for row in seed("raw__indicator")]
THEMES = next(
    test["known_words"]["arguments"]["words"]["theme"]
    for test in model("core__dim_indicator")["data_tests"]
    if "known_words" in test
)
QUESTIONS = seed("raw__query_example")


# The small world has few first visits, and not in every group a contact of every kind.
WITHOUT_VALUES = (
    "first_",
    "mental_health_contacts_per_1000_age",
    "mental_health_contacts_ratio",
    "remote_contact_share_ratio",
    "contacts_ratio_rural",
    "contacts_ratio_bilingual",
)


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_has_a_wide_view_with_a_column_for_each_of_its_indicators(warehouse, theme):
    columns = [column for column, *_ in warehouse.execute(f"describe mart.wide_{theme}").fetchall()]
    stated = [column["name"] for column in model(f"mart__wide_{theme}")["columns"]]
    known = warehouse.execute("select indicator_code from core.dim_indicator where theme = $1", [theme]).fetchall()
    assert columns == stated + sorted(code for (code,) in known)
    assert {code for code, of in INDICATORS if of == theme} <= set(columns)


@pytest.mark.parametrize(("code", "theme"), INDICATORS)
def test_a_wide_view_says_what_the_current_rows_of_the_long_form_say(warehouse, code, theme):
    # Municipalities stand in the long form alone.
    apart = f"""
        with long as (
            select {KEY}, value from mart.minimum_dataset
            where known_to is null and indicator_code = '{code}' and value is not null and region_level <> 'municipality'),
        wide as (select {KEY}, "{code}" as value from mart.wide_{theme} where "{code}" is not null)
        (from long except all from wide) union all (from wide except all from long)"""
    assert warehouse.execute(apart).fetchall() == []
    if not code.startswith(WITHOUT_VALUES):
        assert warehouse.execute(f'select count("{code}") > 0 from mart.wide_{theme}').fetchone() == (True,)


def test_a_county_stands_beside_the_country(warehouse):
    figures = "contacts_per_1000, contacts_per_1000_country, origin, remarks, country_remarks"
    asked = f"select {figures} from mart.county_profile where region_code = '05' and {SEPTEMBER}"
    (value, country, origin, remarks, country_remarks), *more = warehouse.execute(asked).fetchall()
    assert (value, country, origin, more) == (Decimal("10.4478"), Decimal("6.1962"), "synthetic", [])
    # Its first visits are of men, and only the population of its city is known here.
    assert remarks == "; ".join(
        (
            "contacts_ratio_bilingual_to_finnish: missing",
            "contacts_ratio_rural_to_urban: missing",
            "first_visit_within_limit_ratio_rural_to_urban: not_applicable",
            "first_visit_within_limit_ratio_women_to_men: not_applicable",
        )
    )
    assert "contacts_per_1000: caution" in country_remarks


def test_a_county_stands_once_beside_a_country_that_some_count_with_aland_and_some_without(built, tmp_path):
    """A rate of the organisers for the same year as the population: one of FI1, the other of FI."""
    shutil.copy(built.folder / "work.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "work.duckdb")) as con:
        con.execute(
            f"""insert into mart.minimum_dataset select * replace ('contacts_per_1000' as indicator_code, 'care_contacts' as source_code, 'need' as theme,
                case region_code when 'FI' then 'FI1' else region_code end as region_code, 7.5 as value)
            from mart.minimum_dataset where region_code in ('05', 'FI') and indicator_code = 'population' and known_to is null and {TOTAL}"""
        )
        asked = f"select population_country, contacts_per_1000, contacts_per_1000_country from mart.county_profile where region_code = '05' and period_grain = 'year' and basis = 'residence' and period_start = '2025-01-01' and {TOTAL}"
        assert con.execute(asked).fetchall() == [(Decimal(592_000), Decimal("7.5000"), Decimal("7.5000"))]


def test_the_profile_has_every_county_of_the_mart_and_no_other_region(warehouse):
    counties = "select distinct region_code from mart.minimum_dataset where known_to is null and region_level = 'county' order by all"
    profiled = "select distinct region_code from mart.county_profile order by all"
    assert warehouse.execute(profiled).fetchall() == warehouse.execute(counties).fetchall() != []


def test_an_absent_figure_is_an_empty_cell_with_its_reason(warehouse):
    asked = f"select contacts_per_1000, remarks, lowest_coverage from mart.wide_need where region_code = '17' and {SEPTEMBER}"
    ((value, remarks, coverage),) = warehouse.execute(asked).fetchall()
    assert (value, coverage) == (None, Decimal(0))
    assert {"contacts_per_1000: missing", "phc_doctor_visits_per_1000: missing"} <= set(remarks.split("; "))


@pytest.mark.slow
def test_a_new_indicator_and_a_new_county_appear_without_a_change_of_code(built, tmp_path, monkeypatch):
    """The catalogue gets a row, and the mart the figures of a county that nobody knew."""
    folder, project = tmp_path / "build", tmp_path / "project"
    shutil.copytree(built.folder, folder)
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    with (project / "seeds" / "raw__indicator.csv").open("a", encoding="utf-8", newline="") as file:
        row = dict.fromkeys(seed("raw__indicator")[0], "") | {
            "indicator_code": "falls_per_1000",
            "theme": "quality",
            "name_fi": "Kaatumiset",
            "name_sv": "Fallolyckor",
            "name_en": "The residents' falls",
            "unit": "per_1000",
            "decimals": "1",
            "source_code": "care_contacts",
            "formula_kind": "rate",
        }
        csv.DictWriter(file, row, lineterminator="\n").writerow(row)
    with duckdb.connect(str(folder / "work.duckdb")) as con:
        con.execute(
            """insert into mart.minimum_dataset select * replace ('falls_per_1000' as indicator_code, 'quality' as theme, '77' as region_code, 4.5 as value)
            from mart.minimum_dataset where region_code = '05' and indicator_code = 'contacts_per_1000' and known_to is null"""
        )
    monkeypatch.setenv("SOTEVARASTO_BUILD", str(folder))
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", tmp_path, "--log-path", tmp_path]
    for command, chosen in (
        ("seed", ["raw__indicator"]),
        ("run", ["core__dim_indicator", "mart__wide_quality", "mart__county_profile"]),
    ):
        made = invoke([command, "--select", *chosen, *map(str, places), "--quiet", "--log-level", "none"])
        assert made.success, command
    with duckdb.connect(str(folder / "work.duckdb"), read_only=True) as con:
        asked = f"select falls_per_1000 from mart.wide_quality where region_code = '77' and {SEPTEMBER}"
        assert con.execute(asked).fetchall() == [(Decimal("4.5000"),)]
        asked = f"select falls_per_1000, falls_per_1000_country from mart.county_profile where region_code = '77' and {SEPTEMBER}"
        assert con.execute(asked).fetchall() == [(Decimal("4.5000"), None)]
        comment = (
            "select comment from duckdb_columns() where table_name = 'wide_quality' and column_name = 'falls_per_1000'"
        )
        assert con.execute(comment).fetchall() == [("The residents' falls (per_1000)",)]


@pytest.mark.parametrize(("language", "view"), FRIENDLY.items())
def test_a_friendly_view_is_the_current_mart_in_the_columns_of_the_terms(warehouse, language, view):
    named = {term["column_name"]: term[f"name_{language}"] for term in seed("raw__term") if term[f"name_{language}"]}
    columns = [column for column, *_ in warehouse.execute(f"describe mart.{view}").fetchall()]
    assert columns == [column["name"] for column in model(f"mart__{view}")["columns"]]
    assert sorted(columns) == sorted(named.values())
    shown = ["indicator_code", "region_code", "period_start", "value", "known_from"]
    friendly = f"select {', '.join(named[column] for column in shown)} from mart.{view} order by all"
    current = f"select {', '.join(shown)} from mart.minimum_dataset where known_to is null order by all"
    assert warehouse.execute(friendly).fetchall() == warehouse.execute(current).fetchall()


def test_a_friendly_view_speaks_its_language(warehouse):
    asked = """select distinct aluetaso, sukupuoli, yksikko, arvon_tila from mart.vahimmaistietosisalto
        where alueen_koodi = '17' and indikaattorin_koodi = 'contacts_per_1000' and jakson_pituus = 'Kuukausi'"""
    assert warehouse.execute(asked).fetchall() == [("Hyvinvointialue", "Yhteensä", "1 000 asukasta kohti", "Puuttuu")]
    asked = "select distinct ursprung from mart.minimidatainnehall order by all"
    assert warehouse.execute(asked).fetchall() == [("Publicerad",), ("Syntetisk",)]
    comment = (
        "select comment from duckdb_columns() where table_name = 'minimidatainnehall' and column_name = 'omradets_kod'"
    )
    assert warehouse.execute(comment).fetchall() == [("Områdets kod (region_code)",)]


def test_every_word_and_every_column_of_the_mart_has_a_term():
    mart = model("mart__minimum_dataset")
    words = next(t["known_words"]["arguments"]["words"] for t in mart["data_tests"] if "known_words" in t)
    catalogue = next(
        t["known_words"]["arguments"]["words"] for t in model("core__dim_indicator")["data_tests"] if "known_words" in t
    )
    wanted = words | {column: catalogue[column] for column in ("theme", "unit")}
    terms = seed("raw__term")
    known = {(term["column_name"], term["word"]) for term in terms}
    assert {(column, word) for column, of in wanted.items() for word in of} - known == set()
    assert {column["name"] for column in mart["columns"]} - {column for column, word in known if not word} == set()


def test_the_dictionary_waits_for_every_published_model():
    sql = (PROJECT / "models" / "meta" / "meta__dictionary.sql").read_text(encoding="utf-8")
    missing = [path.stem for path in PUBLISHED if f'ref("{path.stem}")' not in sql and path.stem != "meta__dictionary"]
    assert missing == [], "add them to the depends_on lines of meta__dictionary.sql"


@pytest.fixture(scope="module")
def published(built, tmp_path_factory):
    """Every published relation of the build, copied as publishing copies it."""
    file = tmp_path_factory.mktemp("published") / "release.duckdb"
    slices = built.folder / "slices"
    with duckdb.connect() as con:
        con.execute(f"attach '{built.folder / 'work.duckdb'}' as work (read_only)")
        relations = built_relations(con)
        names = [name for name, relation in relations.items() if relation.is_published]
        export(con, file, needed_by(relations, names), (slices, slices))
    with duckdb.connect(str(file), read_only=True) as con:
        yield con


def test_every_published_table_and_column_is_commented_in_the_published_file(published):
    schemas = ", ".join(f"'{schema}'" for schema in PUBLISHED_SCHEMAS)
    bare = f"""
        select schema_name || '.' || table_name from duckdb_tables() where schema_name in ({schemas}) and coalesce(comment, '') = ''
        union all select schema_name || '.' || view_name from duckdb_views() where schema_name in ({schemas}) and coalesce(comment, '') = ''
        union all select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
        where schema_name in ({schemas}) and coalesce(comment, '') in ('', column_name)"""
    assert published.execute(bare).fetchall() == []
    assert published.execute("select count(*) from duckdb_views() where view_name = 'county_profile'").fetchone() == (
        1,
    )


def test_the_dictionary_has_every_published_column_as_it_is_and_every_column_of_the_contracts(published):
    from sources.regional.catalogue import dataset_contracts

    there = published.execute(
        f"""select schema_name || '.' || table_name, column_name, column_index, lower(data_type) from duckdb_columns()
        where schema_name in ({", ".join(f"'{schema}'" for schema in PUBLISHED_SCHEMAS)})"""
    ).fetchall()
    told = published.execute(
        "select object_name, column_name, position, data_type from meta.dictionary where kind = 'table' and object_name <> 'meta.release'"
    ).fetchall()
    assert sorted(told) == sorted(there)
    contract = dataset_contracts()["care_contacts"]
    of_contract = "select column_name, data_type from meta.dictionary where kind = 'contract' and object_name = 'care_contacts' order by position"
    assert published.execute(of_contract).fetchall() == [(c.name, c.type) for c in contract.columns]


def test_the_dictionary_tells_unit_codes_labels_and_contract_where_they_are_known(published):
    def told(name: str, column: str) -> tuple:
        asked = "select unit, code_list, label_sv, source_contract from meta.dictionary where object_name = ? and column_name = ?"
        return published.execute(asked, [name, column]).fetchone()

    assert told("core.fct_care_contact", "visit_duration_hours")[0] == "hours"
    assert told("core.fct_care_contact", "visit_duration_hours")[3] == "care_contacts"
    assert told("core.fct_care_contact", "known_from")[3] is None
    assert told("mart.minimum_dataset", "region_level")[1] == (
        "collaborative_area; country; county; joint_authority; municipality"
    )
    assert told("mart.wide_need", "contacts_per_1000")[0] == "per_1000"
    assert told("mart.county_profile", "population_country")[0] == "persons"
    assert told("mart.vahimmaistietosisalto", "alueen_koodi")[2] == "Områdets kod"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["query_id"])
def test_each_question_has_an_answer(published, question):
    assert published.execute(question["sql"]).fetchall() != []


def test_the_questions_are_published_as_they_stand(published):
    asked = published.execute("select query_id::varchar, sql from meta.query_examples order by query_id").fetchall()
    assert asked == [(question["query_id"], question["sql"]) for question in QUESTIONS]
