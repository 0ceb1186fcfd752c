-- One row per period and stretch of time over which one year's population was the latest known one of the 31 December days before the period.
{{ population_references(ref("int__period_month")) }}
