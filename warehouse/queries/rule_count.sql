-- One row for each delivery in force and rule of its verdict: how many rows broke it, and to how many it applied. A rule about lines has no dimension of a contract.
-- Reads event, delivery and rule(rule_id, check_kind, dimension).
WITH told AS (
    SELECT
        d.organiser_code,
        d.dataset,
        d.period,
        d.receipt_id,
        unnest(v.body -> '$.rule_counts[*]') AS count_of
    FROM delivery d
    JOIN event v ON v.kind IN ('verdict', 'replay') AND v.subject = d.receipt_id
    WHERE d.status = 'accepted' AND d.known_to IS NULL AND d.erased_at IS NULL
)

SELECT
    t.organiser_code,
    t.dataset,
    t.period,
    t.receipt_id,
    t.count_of ->> '$.rule' AS rule_id,
    coalesce(r.check_kind, 'line') AS check_kind,
    coalesce(r.dimension, 'conformity') AS dimension,
    (t.count_of ->> '$.failed')::BIGINT AS failed,
    (t.count_of ->> '$.applicable')::BIGINT AS applicable
FROM told t
LEFT JOIN rule r ON r.rule_id = t.count_of ->> '$.rule'
