-- One row for each code that a basis translates: what a sender writes in a column, and the code of the contract that it was taken for. Reads event; times in UTC.
SELECT
    b.judged_by,
    b.organiser_code,
    b.dataset,
    b.contract_version,
    b.column_name,
    m.key AS sent_code,
    m.value ->> '$' AS code,
    b.known_from
FROM (
    SELECT
        e.subject AS judged_by,
        e.body ->> '$.organiser_code' AS organiser_code,
        e.body ->> '$.dataset' AS dataset,
        e.body ->> '$.contract_version' AS contract_version,
        c.key AS column_name,
        c.value AS codes,
        e.happened_at AS known_from
    FROM event e, json_each(e.body, '$.codes') c
    WHERE e.kind = 'basis' AND e.happened_at <= getvariable('horizon') AND e.body ->> '$.organiser_code' <> 'TEST'
) b, json_each(b.codes) m
