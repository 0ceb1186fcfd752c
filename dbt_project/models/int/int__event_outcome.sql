{{ config(materialized="view") }}
-- One row per accepted pair of measurements of each delivery, with what its measures need.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_outcome") }}
select
    receipt_id,
    organiser_code,
    period,
    home_municipality_code,
    sex,
    birth_year,
    instrument,
    baseline_score,
    follow_up_score
from {{ ref("stg__outcome") }}
