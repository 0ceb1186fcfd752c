"""A small world for the tests of the warehouse: a home with deliveries, built and ready to publish."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.home import Home
from sources.ledger import Ledger
from tests.warehouse.made import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty home, in a folder whose name needs quoting."""
    home = Home.open(tmp_path / "the county's ä" / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        yield World(home, ledger)
