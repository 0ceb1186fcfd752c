-- One row per correction, row that it is of, and stretch of time over which it stood in the file. Reads event; times in UTC.
-- It holds until it is changed, taken out or expires, whichever comes first; an end that lies ahead is not known yet.
WITH told AS (
    SELECT
        body,
        happened_at AS known_from,
        lead(happened_at) OVER (PARTITION BY body ->> '$.correction_id' ORDER BY seq) AS replaced_at
    FROM event
    WHERE kind = 'correction' AND happened_at <= getvariable('horizon')
)

SELECT
    body ->> '$.correction_id' AS correction_id,
    body ->> '$.dataset' AS dataset,
    unnest(body ->> '$.rows[*]') AS row_key,
    body ->> '$.column' AS column_name,
    (body ->> '$.expected')::DECIMAL(18, 6) AS expected_value,
    (body ->> '$.new')::DECIMAL(18, 6) AS new_value,
    body ->> '$.reason.fi' AS reason_fi,
    body ->> '$.reason.sv' AS reason_sv,
    body ->> '$.reason.en' AS reason_en,
    body ->> '$.source' AS source,
    body ->> '$.told.who' AS told_to,
    (body ->> '$.told.on')::DATE AS told_on,
    body ->> '$.decided_by' AS decided_by,
    (body ->> '$.expires_on')::DATE AS expires_on,
    known_from,
    least(replaced_at, CASE WHEN (body ->> '$.ends_at')::TIMESTAMP <= getvariable('horizon') THEN (body ->> '$.ends_at')::TIMESTAMP END) AS known_to,
    replaced_at IS NOT NULL AS is_withdrawn
FROM told
WHERE (body ->> '$.is_in_force')::BOOLEAN AND known_from IS DISTINCT FROM replaced_at
