"""Measurements: what the project's speed claims rest on. Each compares us with an alternative in one run and prints the ratio."""
