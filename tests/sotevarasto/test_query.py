"""`sotevarasto sql`, by the command itself on a small release."""

import json

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from tests.warehouse.figures import released_home
from tests.warehouse.made import night
from tests.warehouse.test_explaining import tables

pytestmark = pytest.mark.usefixtures("of_home")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return released_home(tmp_path_factory.mktemp("released") / "home", {night(5): tables()})


def run(*arguments: str, given: str | None = None):
    return CliRunner().invoke(main, ["sql", *arguments], input=given)


def test_a_query_may_begin_with_a_comment_and_each_statement_is_answered():
    done = run("-- one\nselect 1 as first_answer;\n-- two\nselect 2 as second_answer;")
    assert done.exit_code == 0, done.output
    assert "first_answer" in done.output and "second_answer" in done.output


def test_a_query_may_come_from_standard_input():
    done = run("-", "--format", "json", given="select 3 as n -- a comment")
    assert json.loads(done.output) == [{"n": 3}]


@pytest.mark.parametrize(
    ("query", "form", "says"),
    [
        ("", "table", "the query is empty"),
        ("-- nothing but a comment", "table", "the query is empty"),
        ("select 1; select 2", "csv", "2 statements cannot be one CSV file"),
        ("select no_such_column", "table", "the query was refused"),
        ("create table t as select 1", "table", "the query was refused"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_line(query, form, says):
    done = run(query, "--format", form)
    assert done.exit_code == 2
    assert says in done.output and len(done.output.strip().splitlines()) == 1
