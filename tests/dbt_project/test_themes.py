"""Each theme has figures of our own events and of national bodies, or the page of the themes says which it lacks and why. tests/test_night.py counts them on a whole night."""

import re
from collections import Counter

import pytest

from sources.regional.catalogue import dataset_contracts
from tests.dbt_project.test_views import model, seed
from tests.house.files import REPOSITORY
from tests.themes import COUNTED, EIGHT, NINE, WITHOUT_NATIONAL

PAGE = REPOSITORY / "docs" / "themes.md"
OF_EVENTS = {
    row["indicator_code"]: row["theme"] for row in seed("raw__indicator") if row["source_code"] in dataset_contracts()
}
NATIONAL = {
    row["indicator_code"]: row["theme"] for row in seed("raw__indicator") if row["indicator_code"] not in OF_EVENTS
}
NATIONAL |= {f"sotkanet_{row['indicator_id']}": row["theme"] for row in seed("raw__sotkanet_catalogue")}
QUESTIONS = seed("raw__query_example")


@pytest.mark.parametrize("theme", NINE)
def test_a_theme_has_figures_of_events_that_count_and_national_ones_or_a_reason(warehouse, theme):
    counted = {code for of, code, is_of_events in warehouse.execute(COUNTED).fetchall() if is_of_events and of == theme}
    assert counted and counted <= {code for code, of in OF_EVENTS.items() if of == theme}
    assert (theme in NATIONAL.values()) == (theme not in WITHOUT_NATIONAL)


def test_sixty_indicators_of_events_count_on_the_deliveries_of_a_single_county(warehouse):
    counted = {code for _, code, is_of_events in warehouse.execute(COUNTED).fetchall() if is_of_events}
    assert len(counted) >= 60
    # Every organiser has a row of each all the same, in the table that holds them against each other too.
    short = """select c.indicator_code, c.source_code, c.basis, c.period_grain, c.period_start, count(*) from mart.comparison c
        join core.dim_region r on r.region_level = 'county' and r.region_code = c.region_code and r.is_organiser
        group by all having count(*) <> 22 or count(*) <> count(c.value_status)"""
    assert warehouse.execute(short).fetchall() == []


def test_what_no_sender_delivered_is_missing_in_every_theme_and_never_zero(warehouse):
    asked = """select theme, count(value), count(case when value_status = 'missing' then 1 end) = count(*) as is_missing from mart.comparison
        where region_code = '18' and source_code in (select dataset from dq.delivery) group by theme"""
    found = {theme: rest for theme, *rest in warehouse.execute(asked).fetchall()}
    assert {theme: found[theme] for theme in NINE} == dict.fromkeys(NINE, [0, True])


def test_the_pages_say_how_many_indicators_there_are():
    readme, limits = ((REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", "docs/limits.md"))
    assert f"{len(OF_EVENTS) + len(NATIONAL)} indicators" in readme
    assert f"{len(OF_EVENTS)} worked out here from what the senders deliver" in limits
    by_theme = [Counter(of.values()) for of in (OF_EVENTS, NATIONAL)]
    table = {
        cells[0]: [int(n) for n in cells[1:3]]
        for cells in (
            re.findall(r"[^|]+", line.replace(" ", ""))
            for line in PAGE.read_text(encoding="utf-8").splitlines()
            if line.startswith("| ")
        )
        if cells[0] in NINE
    }
    assert table == {theme: [counts[theme] for counts in by_theme] for theme in NINE}


def test_the_page_of_the_themes_names_what_there_is_and_what_a_theme_lacks():
    text = PAGE.read_text(encoding="utf-8")
    parts = {part.split("\n", 1)[0].split(" ")[0].lower(): part for part in text.split("\n## ")}
    assert set(NINE) - parts.keys() == set()
    for theme in NINE:
        # What the figures are, where they come from, how they are not to be read, what is not there.
        assert all(f"**{word}.**" in parts[theme] for word in ("Figures", "From", "Not to be read as", "Not there")), (
            theme
        )
    named = set(re.findall(r"`([a-z][a-z0-9]*(?:_+[a-z0-9]+)+)`", text))
    mart = model("mart__minimum_dataset")
    words = next(test["known_words"]["arguments"]["words"] for test in mart["data_tests"] if "known_words" in test)
    columns = {column["name"] for column in mart["columns"]} | set(words["value_status"])
    assert named - OF_EVENTS.keys() - NATIONAL.keys() - dataset_contracts().keys() - columns == set()


def test_there_are_twenty_questions_in_three_languages_each_with_what_its_answer_does_not_say():
    assert len(QUESTIONS) >= 20
    assert [q["query_id"] for q in QUESTIONS] == [str(n) for n in range(1, len(QUESTIONS) + 1)]
    texts = ("question_fi", "question_sv", "question_en", "answer_meaning")
    assert [q["query_id"] for q in QUESTIONS if not all(q[text] for text in texts)] == []
    assert len({q[text] for q in QUESTIONS for text in texts}) == len(QUESTIONS) * len(texts)
    asked = " ".join(q["sql"] for q in QUESTIONS)
    assert {
        theme for theme in EIGHT if not any(code in asked for code, of in OF_EVENTS.items() if of == theme)
    } == set()


def test_a_county_has_all_themes_side_by_side_in_one_question(warehouse):
    (question,) = (q["sql"] for q in QUESTIONS if "all themes of one county" in q["question_en"])
    asked = warehouse.execute(question)
    names = [column for column, *_ in asked.description]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    assert list(dict.fromkeys(row["theme"] for row in rows)) == list(NINE)
    assert {row["figures_of"] for row in rows} == {"events", "national"}
    assert all(row["value_status"] and row["may_be_compared"] is not None for row in rows)
    # One row an indicator; what excludes a comparison, or why there is no figure, stands beside it.
    assert len({row["indicator_name_fi"] for row in rows}) == len(rows)
    assert [r for r in rows if not r["may_be_compared"] and not r["reasons_fi"] and r["value"] is not None] == []
