"""Co-development over the small build folder: an edited page has two versions, and the county is the one of the list."""

from datetime import date

from tests.dbt_project.national_inputs import APRIL, NIGHT_3


def test_an_edited_page_ends_its_old_version_and_every_page_stands_once_now(warehouse):
    rows = warehouse.execute(
        """select development_kind, slug, modified_on, known_from, known_to from core.dim_development
        order by development_kind, slug, known_from"""
    ).fetchall()
    assert rows == [
        ("operating_model", "a", date(2026, 3, 1), APRIL, NIGHT_3),
        ("operating_model", "a", date(2026, 11, 4), NIGHT_3, None),
        ("project", "b", date(2026, 3, 1), APRIL, None),
    ]


def test_pages_are_found_by_county_and_goal(warehouse):
    found = """select r.region_name_en, d.programme_goal, count(*) from core.dim_development as d
        inner join core.dim_region as r on d.county_code = r.region_code where d.known_to is null group by all order by all"""
    assert [row[1:] for row in warehouse.execute(found).fetchall()] == [("access", 1), (None, 1)]
