"""Deliveries gone wrong, beyond the faults that the simulator itself makes: each function spoils a good parcel and says which verdict that must get.

Belongs here: a fault of every class of bad input that one delivery can have, with its truth. Does not belong here: running a night over them (batch.py)
and what the night must come to (test_bad_input.py).
"""

from tests.spoiled import contacts, costs, files, manifests  # noqa: F401 - each registers its faults
from tests.spoiled.kit import CONTACTS, COSTS, FAULTS, Spoiled, Text, spoil

__all__ = ["CONTACTS", "COSTS", "FAULTS", "Spoiled", "Text", "spoil"]
