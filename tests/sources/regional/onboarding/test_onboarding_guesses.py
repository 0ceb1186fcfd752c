"""Guesses of headings and codes: measured on every sender whose own file is left out, and what must never be guessed."""

from dataclasses import dataclass

import pytest
from samples import csv, drafted, sample

from sources.regional.catalogue import counties
from sources.regional.onboarding.headings import THRESHOLD

# The two with most columns and codes; a draft takes a second.
CASES = [(code, dataset) for code in counties() for dataset in ("care_contacts", "costs")]


@dataclass
class Score:
    right: int = 0
    wrong: int = 0
    open: int = 0

    def add(self, guess: str | None, truth: str) -> None:
        if guess is None:
            self.open += 1
        elif guess == truth:
            self.right += 1
        else:
            self.wrong += 1

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.wrong + self.open)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}, recall {self.recall:.3f} ({self.right} right, {self.wrong} wrong, {self.open} left open)"


@pytest.fixture(scope="module")
def drafts(tmp_path_factory):
    """The draft of each sender and dataset, made with what the contracts and the 22 others tell."""
    folder = tmp_path_factory.mktemp("samples")
    return {(code, dataset): drafted(folder, sample(code, dataset), dataset, but=code) for code, dataset in CASES}


@pytest.mark.slow
def test_headings_of_a_sender_are_found_from_what_the_others_write(drafts):
    score = Score()
    for (code, dataset), draft in drafts.items():
        truth = counties()[code].dialects[dataset].columns
        for guess in draft.headings:
            score.add(guess.column, truth[guess.heading])
    print(f"\nheadings, each sender from the other 22: {score}")
    assert score.precision >= 0.99
    assert score.recall >= 0.80


def test_codes_of_a_sender_are_found_from_what_the_others_write(drafts):
    score = Score()
    for (code, dataset), draft in drafts.items():
        truth = counties()[code].dialects[dataset].codes
        for column, found in draft.codes.items():
            for guess in found.guesses:
                if column in truth and guess.sent in truth[column]:
                    score.add(guess.code if guess.confidence >= THRESHOLD else None, truth[column][guess.sent])
    print(f"\ncodes, each sender from the other 22: {score}")
    assert score.precision >= 0.99
    assert score.recall >= 0.55


def test_a_column_that_is_more_than_the_contract_has_and_one_that_is_missing_fool_nobody(tmp_path):
    """Two headings of each sender are renamed to words that mean nothing here: other columns hardly ever slip into their place."""
    score = Score()
    for code in sorted(counties())[::4]:
        dialect = counties()[code].dialects["care_contacts"]
        text = sample(code).decode(dialect.encoding)
        header, end, rows = text.partition("\r\n" if "\r\n" in text else "\n")
        names = header.lstrip("\ufeff").split(dialect.delimiter)
        strange = {names[2]: "Qwzx", names[10]: "Lisätieto"}
        changed = dialect.delimiter.join(strange.get(name, name) for name in names)
        draft = drafted(tmp_path, (changed + end + rows).encode(dialect.encoding), but=code)
        for guess in draft.headings:
            if guess.heading not in strange.values():
                score.add(guess.column, dialect.columns[guess.heading])
        assert draft.headings[10].column is None
    print(f"\nheadings beside strange ones: {score}")
    assert score.precision >= 0.98


def guesses(draft):
    return {guess.heading: guess for guess in draft.headings}


KEY = [f"{n:032x}" for n in range(40)]


def test_two_headings_that_want_one_column_are_a_conflict_and_neither_gets_it(tmp_path):
    draft = drafted(tmp_path, csv(["Asiakkaan pseudonyymi", "Asiakas pseudonyymi"], KEY, KEY[::-1]))
    found = guesses(draft)
    assert [guess.column for guess in found.values()] == [None, None]
    assert found["Asiakkaan pseudonyymi"].conflict == ("Asiakas pseudonyymi",)
    assert "client_id" in draft.missing


def test_no_name_helps_where_the_values_do_not_suit(tmp_path):
    draft = drafted(tmp_path, csv(["Syntymävuosi", "Asiakkaan pseudonyymi"], ["mies", "nainen"], ["1980", "1975"]))
    assert [guess.column for guess in draft.headings] == [None, None]


def test_times_that_stand_the_wrong_way_round_for_their_names_are_left_open(tmp_path):
    early, late = ["3.8.2026 9:00"], ["10.8.2026 9:00"]
    right = drafted(tmp_path, csv(["Yhteydenottoaika", "Tarpeen arvioinnin aika"], early, late))
    wrong = drafted(tmp_path, csv(["Yhteydenottoaika", "Tarpeen arvioinnin aika"], late, early))
    assert [guess.column for guess in right.headings] == ["contacted_at", "need_assessed_at"]
    assert [guess.column for guess in wrong.headings] == [None, None]


def code_guesses(tmp_path, values):
    draft = drafted(tmp_path, csv(["Sukupuoli", "Syntymävuosi"], values, ["1980", "1975"]))
    return draft.codes["sex"]


def test_a_code_that_means_two_things_elsewhere_is_left_open(tmp_path):
    draft = drafted(tmp_path, csv(["Sisäinen vai ulkoinen erä", "Eur"], ["E", "K"], ["1,50"]), "costs")
    found = {guess.sent: guess for guess in draft.codes["item_scope"].guesses}
    assert found["K"].confidence < THRESHOLD


def test_what_few_rows_hold_is_counted_and_not_shown_unless_it_is_known(tmp_path):
    found = code_guesses(tmp_path, ["mies"] * 18 + ["nainen"] * 19 + ["Maija Meikäläinen"] + ["muu"])
    assert {guess.sent for guess in found.guesses} == {"mies", "nainen", "muu"}
    assert (found.unshown, found.unshown_rows) == (1, 1)
    assert found.unmet == ()


def test_codes_that_a_sample_lacks_are_named(tmp_path):
    assert code_guesses(tmp_path, ["mies", "nainen"]).unmet == ("unknown",)
