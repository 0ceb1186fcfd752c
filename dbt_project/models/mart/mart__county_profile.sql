-- One row per basis, county, period and population group, with a column for each indicator and one for the country beside it.
{{ county_beside_country() }}
