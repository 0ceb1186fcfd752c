-- Detects dated rules of the care guarantee that hold for the same person on the same day.
-- Matters because a visit would be judged, and counted, once for each of them.
-- A row is a pair of rules of one step whose ages and days overlap.
with rules as (

    select
        rule_id,
        domain,
        step,
        cast(coalesce(age_from_years, '0') as integer) as age_from_years,
        cast(coalesce(age_to_years, '999') as integer) as age_to_years,
        cast(coalesce(valid_from, '0001-01-01') as date) as valid_from,
        cast(coalesce(valid_to, '9999-12-31') as date) as valid_to
    from {{ ref("raw__care_guarantee") }}
    where is_applied = 'true'

)

select a.rule_id, b.rule_id as other_rule_id
from rules as a
inner join rules as b
    on a.domain = b.domain
    and a.step = b.step
    and a.rule_id < b.rule_id
    and a.valid_from <= b.valid_to
    and b.valid_from <= a.valid_to
    and a.age_from_years <= b.age_to_years
    and b.age_from_years <= a.age_to_years
