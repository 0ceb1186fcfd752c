{{ config(materialized="view") }}
-- One row per accepted complaint of each delivery, with what its measures need.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_complaint") }}
select
    receipt_id,
    organiser_code,
    period,
    complaint_kind,
    subject,
    received_on,
    answered_on,
    status_on
from {{ ref("stg__complaint") }}
