-- One row for each dataset's month that is locked at the horizon. Reads event. Times are business times, in UTC.
SELECT
    body ->> '$.dataset' AS dataset,
    body ->> '$.period' AS period,
    happened_at AS locked_at,
    body ->> '$.who' AS locked_by,
    body ->> '$.reason' AS reason
FROM event
WHERE kind = 'period_lock' AND happened_at <= getvariable('horizon')
