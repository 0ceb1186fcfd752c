-- Rows of the deliveries $receipts that are in quarantine, by rule. Reads the release.
SELECT organiser_code, dataset, rule_id, column_name, count(DISTINCT (receipt_id, file_name, line_number)) AS row_count
FROM dq.quarantine
WHERE receipt_id IN (SELECT unnest($receipts::VARCHAR[]))
GROUP BY organiser_code, dataset, rule_id, column_name
ORDER BY row_count DESC, rule_id, column_name, organiser_code
