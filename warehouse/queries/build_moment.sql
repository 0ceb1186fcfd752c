-- One row: the business time that the build is of, and that of the newest release of an earlier night. Reads event; times in UTC.
SELECT
    getvariable('horizon')::TIMESTAMP AS built_for,
    max(happened_at) AS released_before
FROM event
WHERE kind = 'release' AND happened_at < getvariable('horizon')
