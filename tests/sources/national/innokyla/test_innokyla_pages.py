"""The list of pages: whose turn it is, which of it a home reads, and what it says of each page."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sources.national.innokyla.kinds import kinds
from sources.national.innokyla.pages import SYNTHETIC, is_turn, listed_pages, pages_of
from sources.reference import code_list

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def test_every_page_is_listed_once_with_a_kind_a_county_and_how_it_came_to_be_known():
    listed = listed_pages()
    assert len({page.key for page in listed}) == len(listed)
    assert {page.kind for page in listed} == set(kinds())
    assert {page.county_code for page in listed} <= set(code_list("organiser_or_country"))
    assert {page.verification for page in listed} == {SYNTHETIC, "stored_copy"}
    # Of the other kinds nobody has seen a whole page.
    assert {page.kind for page in listed if page.verification != SYNTHETIC} == {"operating_model"}
    assert {kind.verification for kind in kinds().values()} == {"stored_copy", "unverified"}


def test_a_simulated_home_reads_the_stand_ins_pages_and_a_live_one_never_does():
    simulated, live = (pages_of(is_simulated, NIGHT) for is_simulated in (True, False))
    assert all(page.slug.startswith("synteettinen-") for page in simulated)
    assert not any("synteettinen" in page.slug for page in live)
    assert len(simulated) + len(live) == len(listed_pages()) - 1, "one page is listed two days later"
    assert len(pages_of(True, NIGHT + timedelta(days=2))) == len(simulated) + 1


def test_seven_nights_on_end_ask_for_each_page_once_and_the_date_is_that_of_finland():
    nights = [NIGHT + timedelta(days=day) for day in range(7)]
    assert Counter(page.key for at in nights for page in listed_pages() if is_turn(page, at)) == Counter(
        page.key for page in listed_pages()
    )
    page = listed_pages()[0]
    assert is_turn(page, datetime(2027, 6, 30, 23, tzinfo=UTC)) == is_turn(page, datetime(2027, 7, 1, 12, tzinfo=UTC))


def test_a_kind_has_one_label_for_a_column_and_drops_the_author():
    for kind in kinds().values():
        columns = [label.column for label in kind.labels.values() if label.column]
        assert len(set(columns)) == len(columns)
        assert {"development_name", "created_on", "modified_on"} <= set(columns)
        assert [name for name, label in kind.labels.items() if label.is_personal] == ["Tekijä"]
        assert all(label.column is None for label in kind.labels.values() if label.is_personal)
