-- The bases by which the deliveries $receipts were judged, with how many codes each translates. Reads the release.
SELECT
    f.judged_by,
    min(m.organiser_code) AS organiser_code,
    min(m.dataset) AS dataset,
    min(m.contract_version) AS contract_version,
    count(DISTINCT (m.column_name, m.sent_code)) FILTER (WHERE m.sent_code IS NOT NULL) AS codes,
    list(DISTINCT m.column_name ORDER BY m.column_name) FILTER (WHERE m.column_name IS NOT NULL) AS columns
FROM dq.delivery_file f
LEFT JOIN meta.code_mapping m USING (judged_by)
WHERE f.judged_by IS NOT NULL AND f.receipt_id IN (SELECT unnest($receipts::VARCHAR[]))
GROUP BY f.judged_by
ORDER BY dataset, organiser_code, f.judged_by
