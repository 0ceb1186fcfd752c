-- One row per period, county and stretch of time over which the county's own delivery of every month of the period was known.
{{ county_presences(ref("int__known_delivery"), ref("int__period_month")) }}
