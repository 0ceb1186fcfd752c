-- Which deliveries brought the rows of the deliveries $receipts, with their files. Reads the release; {rows} are the receipts of all facts' rows.
SELECT
    r.receipt_id AS made_receipt_id,
    r.row_receipt_id AS receipt_id,
    r.row_count,
    coalesce(
        list({'file_name': f.file_name, 'sha256': f.sha256, 'bytes': f.bytes} ORDER BY f.file_name) FILTER (WHERE f.file_name IS NOT NULL), []
    ) AS files
FROM (
    SELECT receipt_id, row_receipt_id, count(*) AS row_count
    FROM ({rows})
    WHERE receipt_id IN (SELECT unnest($receipts::VARCHAR[])) AND row_receipt_id IS NOT NULL
    GROUP BY receipt_id, row_receipt_id
) r
LEFT JOIN dq.delivery_file f ON f.receipt_id = r.row_receipt_id
GROUP BY r.receipt_id, r.row_receipt_id, r.row_count
ORDER BY r.receipt_id, r.row_receipt_id
