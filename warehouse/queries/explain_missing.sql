-- The months of a source's deliveries that a region's figure waits for, from each sender, with what is missing of them at a moment. Reads the release; parameters are the cell's
-- source, region and period, and $moment. Figures of contacts wait for the joint authority too, some of them: which is told by how many they expect.
WITH sender AS (
    SELECT county_code AS organiser_code, false AS is_joint
    FROM core.region_county_assn
    WHERE region_level = $region_level AND region_code = $region_code
    UNION
    SELECT c.joint_authority_code, true
    FROM core.region_county_assn a
    JOIN core.dim_region c ON c.region_level = 'county' AND c.region_code = a.county_code
    WHERE
        a.region_level = $region_level AND a.region_code = $region_code
        AND c.joint_authority_code IS NOT NULL AND $source_code = 'care_contacts'
),

month AS (
    SELECT strftime(unnest(generate_series($period_start::DATE, $period_end::DATE, INTERVAL 1 MONTH)), '%Y-%m') AS period
),

refused AS (
    SELECT organiser_code, period, arg_max(rule, (known_from, sequence)) AS rule
    FROM dq.delivery
    WHERE dataset = $source_code AND status = 'rejected' AND known_from <= $moment
    GROUP BY organiser_code, period
)

SELECT
    s.organiser_code,
    n.region_name_fi AS organiser_name_fi,
    s.is_joint,
    $source_code AS dataset,
    m.period,
    d.status,
    d.due_on,
    d.deliveries,
    d.last_delivery_status,
    CASE WHEN d.last_delivery_status = 'rejected' THEN r.rule END AS rule,
    d.first_accepted_at,
    NOT coalesce(d.is_usable AND d.first_accepted_at <= $moment, false) AS is_missing
FROM sender s
CROSS JOIN month m
LEFT JOIN dq.delivery_status d ON d.organiser_code = s.organiser_code AND d.dataset = $source_code AND d.period = m.period
LEFT JOIN refused r ON r.organiser_code = s.organiser_code AND r.period = m.period
LEFT JOIN core.dim_region n ON n.region_code = s.organiser_code AND n.region_level IN ('county', 'joint_authority')
ORDER BY m.period, s.is_joint, s.organiser_code
