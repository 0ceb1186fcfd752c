"""Random numbers that depend on what they are for, never on the order in which things are made.

Belongs here: the one way to get a generator, and a cheap mixing of whole numbers. Does not belong here: distributions (they stand where they are drawn).
"""

from __future__ import annotations

import hashlib

import numpy as np

SEED = 612


def generator(*parts: object) -> np.random.Generator:
    """A generator of its own for these parts (seed, organiser, dataset, period, ...): the same parts, the same numbers."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def mix(values: np.ndarray) -> np.ndarray:
    """SplitMix64 of unsigned 64-bit numbers: unlike inputs give unlike outputs; 0 gives 0."""
    x = values.astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


_HEX = np.array([f"{byte:02x}".encode() for byte in range(256)])


def hexadecimal(words: np.ndarray) -> list[str]:
    """Rows of unsigned 64-bit words, shape (n, k), as lower-case hexadecimal texts of 16 k characters."""
    count, width = words.shape
    text = _HEX[np.ascontiguousarray(words.astype(">u8")).view(np.uint8).reshape(count, width * 8)]
    return text.view(f"S{width * 16}").ravel().astype(str).tolist()
