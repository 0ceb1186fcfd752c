{{ config(materialized="view") }}
-- One row per accepted item of development work of each delivery, with what its measures need.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_development_item") }}
select
    receipt_id,
    organiser_code,
    period,
    item_kind,
    stage,
    started_on,
    ended_on,
    status_on,
    adopted_from,
    maturity_level
from {{ ref("stg__development_item") }}
