-- One row per care-contact delivery that was ever the known one of its sender and month.
{{ known_deliveries("care_contacts") }}
