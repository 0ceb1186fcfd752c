-- One row per period, county and stretch of time over which the county's own costs of every month of the period were known.
{{ county_presences(ref("int__cost_known_delivery"), ref("int__cost_period_month")) }}
