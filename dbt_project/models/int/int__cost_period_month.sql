-- One row per period (month, quarter or year) and month in it. A longer period exists from the moment when each of its months has a delivery.
{{ period_months(ref("int__cost_known_delivery"), ["month", "quarter", "year"]) }}
