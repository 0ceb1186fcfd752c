-- What the checks of some assets came to, the newest time each was run up to a moment: how many of each outcome, and those that did not pass. Reads the release.
WITH newest AS (
    SELECT *
    FROM dq.check_result
    WHERE asset IN (SELECT unnest($assets::VARCHAR[])) AND known_from <= $moment
    QUALIFY row_number() OVER (PARTITION BY engine, asset, check_id ORDER BY known_from DESC, attempt DESC) = 1
)

SELECT
    asset,
    engine,
    count(*) FILTER (WHERE status = 'PASS') AS passed,
    count(*) FILTER (WHERE status = 'FAIL') AS failed,
    count(*) FILTER (WHERE status = 'N-A') AS not_applicable,
    count(*) FILTER (WHERE status = 'ERROR') AS errors,
    max(night_id) AS night_id,
    list({'check_id': check_id, 'status': status, 'severity': severity, 'failed': failed, 'applicable': applicable, 'message': message} ORDER BY check_id)
        FILTER (WHERE status IN ('FAIL', 'ERROR')) AS not_passed
FROM newest
GROUP BY asset, engine
ORDER BY asset, engine
