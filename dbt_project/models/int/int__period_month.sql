-- One row per period (month or quarter) and month in it. A quarter exists from the moment when each of its months has a delivery.
{{ period_months(ref("int__known_delivery"), ["month", "quarter"]) }}
