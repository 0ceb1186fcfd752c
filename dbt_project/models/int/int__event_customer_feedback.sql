{{ config(materialized="view") }}
-- One row per accepted answer of each delivery, with what its measures need.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_customer_feedback") }}
select
    receipt_id,
    organiser_code,
    period,
    language,
    recommendation,
    got_help,
    was_heard
from {{ ref("stg__customer_feedback") }}
