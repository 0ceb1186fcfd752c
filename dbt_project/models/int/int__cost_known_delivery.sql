-- One row per cost delivery that was ever the known one of its sender and month.
{{ known_deliveries("costs") }}
