"""Every published model tells its grain, its owner and its disclosure class, and the class is true."""

import re

import pytest
import yaml

from tests.house.files import tracked
from warehouse.export import PUBLISHED_SCHEMAS

# From what may go anywhere to what must stay: figures as they are published; workings of the pipeline; figures of small groups, which nobody has protected
# yet; rows or values of single persons.
CLASSES = ("open", "internal", "small_cells", "person")
PUBLISHED = {path.stem: path for schema in PUBLISHED_SCHEMAS for path in tracked(f"dbt_project/models/{schema}/*.sql")}


def told(name: str) -> dict:
    (model,) = yaml.safe_load(PUBLISHED[name].with_suffix(".yml").read_text(encoding="utf-8"))["models"]
    return model["config"]["meta"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_model_tells_grain_owner_and_disclosure_class(name):
    meta = told(name)
    assert meta["grain"].startswith("One row per")
    assert meta["owner"] in ("data-engineering", "analytics")
    assert meta.get("disclosure_class") in CLASSES, (
        f"{name}.yml: give config.meta.disclosure_class: {', '.join(CLASSES)}"
    )


def test_a_mart_over_a_mart_needs_no_less_protection():
    lower = [
        (name, read)
        for name in PUBLISHED
        if name.startswith("mart__")
        for read in re.findall(r'ref\("(mart__\w+)"\)', PUBLISHED[name].read_text(encoding="utf-8"))
        if CLASSES.index(told(name)["disclosure_class"]) < CLASSES.index(told(read)["disclosure_class"])
    ]
    assert lower == []


def test_a_model_over_counted_persons_is_at_least_of_small_cells():
    """The catalogue says which indicators count persons; what holds their figures is not open."""
    indicators = next(iter(tracked("dbt_project/seeds/raw__indicator.csv"))).read_text(encoding="utf-8")
    assert ",small_cells," in indicators
    for name in ("core__fct_observation", "mart__minimum_dataset", "dq__revisions"):
        assert CLASSES.index(told(name)["disclosure_class"]) >= CLASSES.index("small_cells")
