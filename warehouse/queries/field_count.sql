-- One row for each delivery in force and column of its contract: its values by class. They add up to the rows of the slice.
-- Reads accepted(receipt_id, n, fields), refused(receipt_id, file_name, line_number, classes), field(column_name, column_position, is_key), quarantined and delivery; the variable
-- default_as_sent.
WITH broken AS (
    SELECT
        receipt_id,
        file_name,
        line_number,
        column_name,
        CASE
            WHEN column_name IS NULL THEN 'invalid'
            WHEN trim(coalesce(any_value(value_as_sent), '')) = '' THEN 'missing'
            WHEN regexp_extract(trim(any_value(value_as_sent)), '^[^ T]+') IN (SELECT unnest(getvariable('default_as_sent'))) THEN 'default'
            ELSE 'invalid'
        END AS class
    FROM quarantined
    WHERE receipt_id IN (SELECT receipt_id FROM refused)
    GROUP BY receipt_id, file_name, line_number, column_name
),

-- A rule about the whole line names no column: then no field of it can be read.
refused_field AS (
    SELECT
        r.receipt_id,
        f.column_name,
        coalesce(l.class, b.class, r.classes[f.column_position]) AS class
    FROM refused r
    CROSS JOIN field f
    LEFT JOIN broken l ON l.receipt_id = r.receipt_id AND l.file_name = r.file_name AND l.line_number = r.line_number AND l.column_name IS NULL
    LEFT JOIN broken b
        ON b.receipt_id = r.receipt_id AND b.file_name = r.file_name AND b.line_number = r.line_number AND b.column_name = f.column_name
),

refused_count AS (
    SELECT
        receipt_id,
        column_name,
        count(*) AS n,
        count(*) FILTER (class = 'other') AS other_count,
        count(*) FILTER (class = 'default') AS default_count,
        count(*) FILTER (class = 'invalid') AS invalid_count,
        count(*) FILTER (class = 'missing') AS missing_count
    FROM refused_field
    GROUP BY ALL
),

accepted_count AS (
    SELECT
        a.receipt_id,
        f.column_name,
        a.n,
        a.fields[f.column_position].other AS other_count,
        a.fields[f.column_position].default AS default_count,
        0 AS invalid_count,
        a.fields[f.column_position].missing AS missing_count
    FROM accepted a
    CROSS JOIN field f
),

counted AS (
    SELECT
        receipt_id,
        column_name,
        sum(n)::BIGINT AS n,
        sum(other_count)::BIGINT AS other_count,
        sum(default_count)::BIGINT AS default_count,
        sum(invalid_count)::BIGINT AS invalid_count,
        sum(missing_count)::BIGINT AS missing_count
    FROM (FROM accepted_count UNION ALL BY NAME FROM refused_count)
    GROUP BY ALL
)

SELECT
    d.organiser_code,
    d.dataset,
    d.period,
    c.receipt_id,
    c.column_name,
    f.column_position,
    f.is_key,
    c.n,
    c.n - c.other_count - c.default_count - c.invalid_count - c.missing_count AS valid_count,
    c.other_count,
    c.default_count,
    c.invalid_count,
    c.missing_count
FROM counted c
JOIN field f USING (column_name)
JOIN delivery d ON d.receipt_id = c.receipt_id AND d.known_to IS NULL
