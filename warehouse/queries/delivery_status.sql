-- One row for each month of a dataset that a sender owes: what has come of it, and whether the rest is late.
-- Reads expectation(organiser_code, dataset, period, due_on, late_after) and delivery (delivery.sql); the variables today (in Finland) and partial_share.
WITH own AS (
    SELECT
        *,
        status = 'accepted' AND known_to IS NULL AND erased_at IS NULL AS is_in_force,
        status IN ('accepted', 'superseded') AS was_accepted
    FROM delivery
    WHERE dataset IS NOT NULL AND period IS NOT NULL AND status <> 'duplicate'
),

came AS (
    SELECT
        organiser_code,
        dataset,
        period,
        count(DISTINCT receipt_id) AS deliveries,
        count(*) FILTER (WHERE is_in_force) AS in_force,
        count(DISTINCT receipt_id) FILTER (WHERE was_accepted AND erased_at IS NULL) AS ever_accepted,
        -- Held, not judged yet, annulled or erased: something came, and nothing of it can be used.
        count(*) FILTER (WHERE status NOT IN ('rejected', 'accepted', 'superseded') OR erased_at IS NOT NULL) AS unusable,
        sum(rows_received) FILTER (WHERE is_in_force) AS rows_received,
        sum(rows_accepted) FILTER (WHERE is_in_force) AS rows_accepted,
        sum(rows_quarantined) FILTER (WHERE is_in_force) AS rows_quarantined,
        min(known_from) FILTER (WHERE was_accepted) AS first_accepted_at,
        arg_max(receipt_id, sequence) FILTER (WHERE is_in_force) AS receipt_id,
        arg_max(status, (known_from, sequence)) AS last_delivery_status,
        coalesce(arg_min(is_late, known_from) FILTER (WHERE was_accepted), false) AS was_late
    FROM own
    GROUP BY organiser_code, dataset, period
),

judged AS (
    SELECT
        e.*,
        CASE
            WHEN c.in_force > 0 AND c.rows_quarantined > getvariable('partial_share')::DECIMAL(5, 4) * c.rows_received THEN 'partial'
            WHEN c.in_force > 0 AND c.ever_accepted > c.in_force THEN 'superseded'
            WHEN c.in_force > 0 THEN 'complete'
            WHEN c.unusable > 0 THEN 'partial'
            WHEN e.due_on < getvariable('today') THEN 'late'
            ELSE 'due'
        END AS status,
        coalesce(c.in_force, 0) > 0 AS is_usable,
        coalesce(c.deliveries, 0)::INTEGER AS deliveries,
        c.last_delivery_status,
        c.receipt_id,
        c.rows_received::BIGINT AS rows_received,
        c.rows_accepted::BIGINT AS rows_accepted,
        c.rows_quarantined::BIGINT AS rows_quarantined,
        c.first_accepted_at,
        CASE WHEN c.first_accepted_at IS NULL THEN e.due_on < getvariable('today') ELSE c.was_late END AS is_late
    FROM expectation e
    LEFT JOIN came c USING (organiser_code, dataset, period)
)

SELECT
    organiser_code,
    dataset,
    period,
    status,
    due_on,
    late_after,
    is_usable,
    is_late,
    deliveries,
    last_delivery_status,
    receipt_id,
    rows_received,
    rows_accepted,
    rows_quarantined,
    first_accepted_at
FROM judged
