-- One row per event dataset, period (month, quarter or year) and month in it. A longer period exists from the moment when each of its months has a delivery.
{{ period_months(ref("int__event_delivery"), ["month", "quarter", "year"], key=["source_code"]) }}
