"""Where data comes from: home folder, landing, ledger, contracts, national and regional sources, the simulator.

What belongs here: everything that receives, keeps and types bytes. What does not: Dagster, dbt, Great Expectations
and the warehouse itself; nothing in this package imports the floors above it.
"""
