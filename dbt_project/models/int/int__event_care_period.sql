{{ config(materialized="view") }}
-- One row per accepted period of care of each delivery, with how it stood on the status day. Who has two periods of one form is one client of it, by the newer period.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_care_period") }}
with periods as (

    select
        *,
        cast(substr(period, 1, 4) as smallint) - 1 - birth_year as age_years,
        started_on <= status_on and (ended_on is null or ended_on >= status_on) as is_going_on
    from {{ ref("stg__care_period") }}

),

counted as (

    select
        *,
        is_going_on and row_number() over (
            partition by receipt_id, client_id, service_form, is_going_on order by started_on desc, period_id desc
        ) = 1 as is_client
    from periods

),

final as (

    select
        receipt_id,
        organiser_code,
        period,
        home_municipality_code,
        sex,
        birth_year,
        service_form,
        provider_sector,
        rai_maple,
        is_client,
        coalesce({{ is_in_month("ended_on", "period") }}, false) as is_ended,
        -- Null of whom no assessment is expected: informal care, and those under 65.
        case
            when is_client and service_form <> 'informal_care' and age_years >= 65
                then coalesce(status_on <= {{ add_months("rai_assessed_on", 6) }}, false)
        end as is_rai_new
    from counted

)

select * from final
