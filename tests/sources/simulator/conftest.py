"""Of the simulated first night the newest three months, in memory, made once for all tests of the simulator."""

import pytest

from sources.regional.catalogue import dataset_contract
from sources.simulator.calendar import FIRST_PERIODS, plan
from sources.simulator.deliver import parcel_of
from sources.simulator.randomness import SEED


@pytest.fixture(scope="session")
def contract():
    return dataset_contract("care_contacts")


@pytest.fixture(scope="session")
def cost_contract():
    return dataset_contract("costs")


@pytest.fixture(scope="session")
def first_night():
    return [parcel_of(planned, SEED) for planned in plan(0, SEED) if planned.period in FIRST_PERIODS[-3:]]
