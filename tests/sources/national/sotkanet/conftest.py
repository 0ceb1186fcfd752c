"""A home after one good night of Sotkanet, made once and copied for each test that changes it.

The night takes a part of the catalogue, for speed: two of each night's turn, the same as in the whole one for the indicator that is restated.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sources.national.sotkanet import catalogue as room
from sources.national.sotkanet import collect
from sources.simulator.national import NationalServer
from tests.sources.national.conftest import SEED, desk_in

FEW = (4, 5, 6, 127, 181, 191, 1080, 3764, 3766, 4559, 5033, 5502, 5587, 6411)


@contextmanager
def few_indicators() -> Iterator[None]:
    """The catalogue is FEW as long as this lasts."""
    listed = tuple(i for i in room.catalogue() if i.indicator_id in FEW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "catalogue", lambda: listed)
        patch.setattr(collect, "catalogue", lambda: listed)
        yield


@pytest.fixture
def few() -> Iterator[None]:
    with few_indicators():
        yield


@pytest.fixture(scope="session")
def first_sotkanet_night(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("sotkanet") / "home"
    made = desk_in(root)
    with few_indicators(), NationalServer(day=0, seed=SEED) as server:
        outcome = made.sotkanet(server)
    made.ledger.close()
    assert (outcome.status, outcome.reason) == ("new", None)
    assert outcome.requests_made == outcome.requests_minimum == 1 + 2 * len(FEW)
    return root


@pytest.fixture
def collected(tmp_path: Path, few, first_sotkanet_night: Path):
    """A home of its own after one good night."""
    found = desk_in(shutil.copytree(first_sotkanet_night, tmp_path / "collected"))
    yield found
    found.ledger.close()
