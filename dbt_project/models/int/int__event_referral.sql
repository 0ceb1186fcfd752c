{{ config(materialized="view") }}
-- One row per referral of each delivery, with what its measures need beside the row: what happened in the month, how it stood on the status day, and by when the law
-- wanted it.
-- A limit is the one in force on the day on which its clock started. Limits that were repealed before they began, and those of another age or specialty, are left out.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_referral") }}
with referrals as (

    select * from {{ ref("stg__referral") }}

),

limits as (

    select
        step,
        cast(limit_value as integer) as limit_value,
        limit_unit,
        cast(coalesce(valid_from, '0001-01-01') as date) as valid_from,
        cast(coalesce(valid_to, '9999-12-31') as date) as valid_to
    from {{ ref("raw__care_guarantee") }}
    where
        domain = 'specialised_care'
        and step in ('start of need assessment', 'treatment')
        and is_applied = 'true'
        and age_from_years is null
        and age_to_years is null

),

dated as (

    select
        r.*,
        {{ month_start("r.period") }} as month_start,
        {{ last_day_within("r.referral_arrived_on", "a.limit_value", "a.limit_unit") }} as handle_by,
        {{ last_day_within("r.queue_entered_on", "t.limit_value", "t.limit_unit") }} as treat_by,
        coalesce(r.queue_entered_on <= r.status_on, false) and {{ had_not_happened("r.seen_on", "r.status_on") }} as is_waiting,
        r.referral_arrived_on <= r.status_on and {{ had_not_happened("r.referral_handled_on", "r.status_on") }} as is_unhandled
    from referrals as r
    left join limits as a
        on a.step = 'start of need assessment' and r.referral_arrived_on between a.valid_from and a.valid_to
    left join limits as t
        on t.step = 'treatment' and r.queue_entered_on between t.valid_from and t.valid_to

),

placed as (

    select
        *,
        {% for column in ["referral_arrived_on", "referral_handled_on", "seen_on"] -%}
        coalesce({{ dbt.date_trunc("month", column) }} = month_start, false) as is_{{ column }}_in_month{{ "," if not loop.last }}
        {% endfor %}
    from dated

),

final as (

    select
        receipt_id,
        organiser_code,
        period,
        home_municipality_code,
        sex,
        birth_year,
        referral_id,
        is_referral_arrived_on_in_month as is_arrived,
        is_referral_handled_on_in_month as is_handled,
        is_referral_handled_on_in_month and handle_by is not null as is_handled_with_limit,
        is_referral_handled_on_in_month and coalesce(referral_handled_on <= handle_by, false) as is_handled_within_limit,
        is_unhandled and handle_by is not null as is_unhandled_with_limit,
        is_unhandled and coalesce(status_on > handle_by, false) as is_unhandled_over_limit,
        is_seen_on_in_month and treat_by is not null as is_treated_with_limit,
        is_seen_on_in_month and coalesce(seen_on <= treat_by, false) as is_treated_within_limit,
        is_waiting,
        case
            when not is_waiting or treat_by is null then null
            when status_on > treat_by then 'over_limit'
            when status_on <= {{ add_months("queue_entered_on", 1) }} then 'up_to_1_month'
            when status_on <= {{ add_months("queue_entered_on", 3) }} then 'from_1_to_3_months'
            else 'from_3_months_to_limit'
        end as wait_band
    from placed

)

select * from final
