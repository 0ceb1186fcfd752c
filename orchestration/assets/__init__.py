"""The assets, coarse on purpose: one per dataset, never one per county, since a step costs seconds and a county is data."""
