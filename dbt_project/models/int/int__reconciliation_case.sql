-- One row per pair, region and period that is expected, with both sides and, where it cannot be judged, the reason. A pair without any period has a row all the same.
with pairs as (

    select * from {{ ref("raw__reconciliation") }}

),

sides as (

    select * from {{ ref("int__reconciliation_side") }}

),

regions as (

    select p.pair_id, r.region_level, r.region_code
    from pairs as p
    inner join {{ ref("core__dim_region") }} as r
        on ';' || p.region_kinds || ';' like '%;' || r.kind || ';%'

),

periods as (

    select distinct s.pair_id, s.period_start
    from sides as s
    inner join pairs as p on s.pair_id = p.pair_id
    where s.moment = 'now' and s.period_start >= cast(p.first_period as date)

),

expected as (

    select r.pair_id, r.region_level, r.region_code, t.period_start
    from regions as r
    left join periods as t on r.pair_id = t.pair_id

),

-- What share of the whole the deliveries in force of a dataset hold; null where they are no deliveries.
samples as (

    select dataset, min(sample_share) as sample_share
    from {{ ref("stg__delivery") }}
    where status = 'accepted' and known_to is null
    group by dataset

),

answers as (

    select s.source_code, s.answered_at, s.rows_known_from, s.fresh_within_days is not null and s.answered_at < b.built_for as is_silent
    from {{ ref("stg__source") }} as s
    cross join {{ ref("stg__build_moment") }} as b
    where s.organiser_code is null

),

joined as (

    select
        e.pair_id,
        e.region_level,
        e.region_code,
        p.period_grain,
        e.period_start,
        p.our_source_code,
        p.their_source_code,
        p.what_differs,
        ours.value as our_value,
        theirs.value as their_value,
        ours_before.value as our_value_before,
        theirs_before.value as their_value_before,
        cast(t.green_within as decimal(6, 4)) as green_within,
        cast(t.amber_within as decimal(6, 4)) as amber_within,
        case when s.sample_share < 1 then {{ sampling_margin("ours.counted") }} end as sampling_margin,
        {{ moved_side("b.released_before is null", "ours.value", "ours_before.value", "theirs.value", "theirs_before.value") }} as moved_side,
        {{ side_reason("ours", "ours") }} as our_reason,
        {{ side_reason("theirs", "theirs") }} as their_reason,
        ours.coverage as our_coverage,
        {% for who in ["our", "their"] -%}
        case
            when {{ who }}_answer.is_silent
                then p.{{ who }}_source_code || ' did not answer on the night of this release: its rows of '
                    || substr(cast({{ who }}_answer.rows_known_from as varchar), 1, 10) || ' stay in use'
        end as {{ who }}_silence,
        {% endfor -%}
        case when coalesce(ours.is_synthetic, 0) + coalesce(theirs.is_synthetic, 0) > 0 then 1 else 0 end as is_synthetic,
        coalesce(ours.origin, theirs.origin, 'published') as origin
    from expected as e
    cross join {{ ref("stg__build_moment") }} as b
    inner join pairs as p on e.pair_id = p.pair_id
    {% for alias, side, moment in [
        ("ours", "ours", "now"), ("theirs", "theirs", "now"), ("ours_before", "ours", "before"), ("theirs_before", "theirs", "before"),
    ] -%}
    left join sides as {{ alias }}
        on
            e.pair_id = {{ alias }}.pair_id
            and {{ alias }}.side = '{{ side }}'
            and {{ alias }}.moment = '{{ moment }}'
            and e.region_code = {{ alias }}.region_code
            and e.period_start = {{ alias }}.period_start
    {% endfor -%}
    left join {{ ref("raw__reconciliation_tolerance") }} as t
        on
            p.tolerance_id = t.tolerance_id
            and cast(t.valid_from as date) <= e.period_start
            and (t.valid_to is null or cast(t.valid_to as date) >= e.period_start)
    left join samples as s on p.our_source_code = s.dataset
    left join answers as our_answer on p.our_source_code = our_answer.source_code
    left join answers as their_answer on p.their_source_code = their_answer.source_code

),

final as (

    select
        pair_id,
        region_level,
        region_code,
        period_grain,
        period_start,
        our_source_code,
        their_source_code,
        our_value,
        their_value,
        our_value_before,
        their_value_before,
        moved_side,
        green_within,
        amber_within,
        sampling_margin,
        what_differs,
        {{ origin_of("is_synthetic", "origin") }} as origin,
        {{ joined_reasons([
            "our_reason",
            "their_reason",
            "case when period_start is not null and green_within is null then 'no tolerance is in force for the period' end",
            "case when our_value <> 0 and their_value = 0 then 'theirs is zero: there is no relative difference' end",
            "case when our_value is not null and our_coverage < 1 then 'ours: only ' || cast(our_coverage as varchar) || ' of its parts is there' end",
            "case when our_value is not null and sampling_margin > green_within then 'ours is a sample: chance alone moves it by ' || cast(sampling_margin as varchar) end",
            "our_silence",
            "their_silence",
            "case when moved_side in ('theirs', 'both') and their_value_before is not null and their_value is not null "
            ~ "then 'theirs was restated since the release before (' || cast(their_value_before as varchar) || ' to ' || cast(their_value as varchar) "
            ~ "|| '): judged from the next release on' end",
        ]) }} as could_not_run_reason
    from joined

)

select * from final
