"""Where data comes from: contracts, the inbox, national sources, landing and ledger. Knows nothing of dagster, dbt or Great Expectations."""
