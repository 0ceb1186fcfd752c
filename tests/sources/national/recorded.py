"""Replies of the real services, recorded, for tests that run where somebody has them."""

import os

import pytest

SAMPLES = os.environ.get("SOTEVARASTO_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SOTEVARASTO_SAMPLES names no folder of recorded replies")
