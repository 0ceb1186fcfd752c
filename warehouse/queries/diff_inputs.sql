-- Every input that is behind a region's figures of a period in one of two releases alone, with why: a delivery, a later judgement of one, a snapshot.
-- Reads the attached releases a (before) and b (after).
WITH before AS (
    SELECT * FROM a.meta.lineage WHERE known_to IS NULL
),

after AS (
    SELECT * FROM b.meta.lineage WHERE known_to IS NULL
),

-- A missing id is written as an empty text, so that it equals itself.
changed AS (
    SELECT
        source_code, indicator_code, basis, region_level, region_code, period_grain, period_start, receipt_id, snapshot_id,
        x.source_code IS NULL AS is_new
    FROM (SELECT * REPLACE (coalesce(indicator_code, '') AS indicator_code, coalesce(receipt_id, '') AS receipt_id, coalesce(snapshot_id, '') AS snapshot_id) FROM before) x
    FULL JOIN (SELECT * REPLACE (coalesce(indicator_code, '') AS indicator_code, coalesce(receipt_id, '') AS receipt_id, coalesce(snapshot_id, '') AS snapshot_id) FROM after) y
        USING (source_code, indicator_code, basis, region_level, region_code, period_grain, period_start, input_role, receipt_id, snapshot_id)
    WHERE x.source_code IS NULL OR y.source_code IS NULL
),

delivery AS (
    SELECT receipt_id, min(replay_of) AS replay_of, min(organiser_code) AS organiser_code, min(dataset) AS dataset, min(period) AS period
    FROM (SELECT * FROM a.dq.delivery UNION ALL BY NAME SELECT * FROM b.dq.delivery)
    GROUP BY receipt_id
),

-- Whose month had something in force before, and has now.
held AS (
    SELECT
        organiser_code, dataset, period,
        bool_or(is_before) AS was_held,
        bool_or(NOT is_before) AS is_held
    FROM (
        SELECT organiser_code, dataset, period, true AS is_before FROM a.dq.delivery WHERE known_to IS NULL AND status = 'accepted'
        UNION ALL
        SELECT organiser_code, dataset, period, false FROM b.dq.delivery WHERE known_to IS NULL AND status = 'accepted'
    )
    GROUP BY organiser_code, dataset, period
),

-- The code map of each basis as one text: a later judgement by another map is a matter of mappings, else of rules.
map AS (
    SELECT judged_by, min(contract_version) AS contract_version, string_agg(concat_ws('=', column_name, sent_code, code), ';' ORDER BY column_name, sent_code) AS codes
    FROM (SELECT * FROM a.meta.code_mapping UNION SELECT * FROM b.meta.code_mapping)
    GROUP BY judged_by
),

basis AS (
    SELECT receipt_id, min(judged_by) AS judged_by
    FROM (SELECT * FROM a.dq.delivery_file UNION SELECT * FROM b.dq.delivery_file)
    GROUP BY receipt_id
),

judged_again AS (
    SELECT
        d.receipt_id,
        CASE WHEN m.codes IS DISTINCT FROM n.codes THEN 'mapping' ELSE 'rule' END AS cause
    FROM delivery d
    LEFT JOIN basis x ON x.receipt_id = d.replay_of
    LEFT JOIN basis y ON y.receipt_id = d.receipt_id
    LEFT JOIN map m ON m.judged_by = x.judged_by
    LEFT JOIN map n ON n.judged_by = y.judged_by
    WHERE d.replay_of IS NOT NULL
)

SELECT
    c.source_code, nullif(c.indicator_code, '') AS indicator_code, c.basis, c.region_level, c.region_code, c.period_grain, c.period_start,
    CASE
        WHEN c.snapshot_id <> '' THEN 'restatement'
        WHEN c.is_new AND j.cause IS NOT NULL THEN j.cause
        WHEN h.was_held AND h.is_held THEN 'resubmission'
        WHEN h.is_held THEN 'new delivery'
        ELSE 'delivery taken back'
    END AS cause,
    CASE WHEN c.snapshot_id <> '' THEN 'snapshot ' || c.snapshot_id ELSE 'delivery ' || c.receipt_id END AS evidence,
    c.is_new
FROM changed c
LEFT JOIN delivery d ON d.receipt_id = c.receipt_id
LEFT JOIN held h ON h.organiser_code = d.organiser_code AND h.dataset = d.dataset AND h.period = d.period
LEFT JOIN judged_again j ON j.receipt_id = c.receipt_id
-- What a replacement replaced is told by the replacement.
WHERE c.is_new OR c.snapshot_id <> '' OR NOT coalesce(h.is_held, false)
