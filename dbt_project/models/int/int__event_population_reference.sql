-- One row per period of events and stretch of time over which one year's population was the latest known one of the 31 December days before the period.
{{ population_references(ref("int__event_period_month")) }}
