-- One row per pair, side, moment (now, or the release before), region and period in which the side has any figure, or part of one.
with pairs as (

    select * from {{ ref("raw__reconciliation") }}

),

moments as (

    select 'now' as moment, built_for as moment_at from {{ ref("stg__build_moment") }}
    union all
    select 'before' as moment, released_before as moment_at from {{ ref("stg__build_moment") }} where released_before is not null

),

sides as (

    {% for side, who in [("ours", "our"), ("theirs", "their")] -%}
    select
        pair_id,
        '{{ side }}' as side,
        region_kinds,
        period_grain,
        {% for column in ["indicator_code", "source_code", "basis", "measure", "rollup"] -%}
        {{ who }}_{{ column }} as {{ column }}{{ "," if not loop.last }}
        {% endfor -%}
    from pairs
    {{ "union all" if not loop.last }}
    {% endfor %}

),

-- The regions that make up a pair's region: itself, or the counties of a country.
members as (

    select
        s.pair_id,
        s.side,
        r.region_code,
        m.region_level as member_level,
        m.region_code as member_code,
        count(*) over (partition by s.pair_id, s.side, r.region_code) as member_count
    from sides as s
    inner join {{ ref("core__dim_region") }} as r
        on ';' || s.region_kinds || ';' like '%;' || r.kind || ';%'
    inner join {{ ref("core__dim_region") }} as m
        on
            (s.rollup <> 'sum_of_counties' and r.region_level = m.region_level and r.region_code = m.region_code)
            or (
                s.rollup = 'sum_of_counties'
                and m.region_level = 'county'
                and (m.is_organiser or r.kind = 'whole_country')
            )

),

figures as (

    select
        indicator_code, source_code, basis, region_level, region_code, period_grain, period_start, value, numerator,
        value_status, coverage, origin, known_from, known_to
    from {{ ref("core__fct_observation") }}
    where {{ is_total() }} and indicator_code in (select indicator_code from sides)

    union all

    select
        'need_model_population' as indicator_code,
        'thl_need_factors' as source_code,
        'residence' as basis,
        'county' as region_level,
        county_code as region_code,
        'year' as period_grain,
        cast(cast(data_year as varchar) || '-01-01' as date) as period_start,
        cast(population as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as numerator,
        {{ value_present() }} as value_status,
        cast(1 as decimal(5, 4)) as coverage,
        origin,
        known_from,
        known_to
    from {{ ref("core__fct_need_factor") }}
    where sector = 'TOTAL'

),

parts as (

    select
        s.pair_id,
        s.side,
        n.moment,
        m.region_code,
        case s.period_grain
            when 'year' then cast(date_trunc('year', f.period_start) as date)
            when 'quarter' then cast(date_trunc('quarter', f.period_start) as date)
            else f.period_start
        end as period_start,
        m.member_count * case
            when s.rollup <> 'sum_of_months' then 1
            when s.period_grain = 'year' then 12
            when s.period_grain = 'quarter' then 3
            else 1
        end as parts_expected,
        case s.measure when 'numerator' then f.numerator else f.value end as value,
        f.numerator as counted,
        f.value_status,
        f.coverage,
        f.origin,
        {{ synthetic_input("f.origin") }} as is_synthetic
    from sides as s
    inner join members as m on s.pair_id = m.pair_id and s.side = m.side
    inner join figures as f
        on
            s.indicator_code = f.indicator_code
            and s.source_code = f.source_code
            and s.basis = f.basis
            and m.member_level = f.region_level
            and m.member_code = f.region_code
            and f.period_grain = case s.rollup when 'sum_of_months' then 'month' else s.period_grain end
    inner join moments as n
        on f.known_from <= n.moment_at and (f.known_to is null or f.known_to > n.moment_at)

),

final as (

    select
        pair_id,
        side,
        moment,
        region_code,
        period_start,
        parts_expected,
        count(value) as parts_found,
        case when count(value) = parts_expected then cast(sum(value) as decimal(18, 4)) end as value,
        cast(sum(counted) as decimal(18, 4)) as counted,
        sum(case when value_status = {{ value_suppressed() }} then 1 else 0 end) as suppressed_parts,
        min(coverage) as coverage,
        max(is_synthetic) as is_synthetic,
        max(origin) as origin
    from parts
    group by pair_id, side, moment, region_code, period_start, parts_expected

)

select * from final
