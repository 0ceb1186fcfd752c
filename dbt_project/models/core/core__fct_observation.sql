-- One row per indicator, source, basis, region, period, population group and version. Versions that say the same follow each other never.
{%- set key = [
    "indicator_code", "source_code", "basis", "region_level", "region_code", "period_start", "period_end",
] + split_columns() %}
{%- set payload = [
    "value", "numerator", "denominator", "value_low", "value_high", "value_status", "origin", "coverage", "derivation",
    "comparability", "comparability_reason",
] %}
{%- set columns = key + ["period_grain"] + payload %}
with versions as (

    {% for figures, is_national in [
        ("int__population_observation", true),
        ("int__projection_observation", true),
        ("int__key_figure_observation", true),
        ("int__contact_observation", false),
        ("int__continuity_observation", false),
        ("int__sotkanet_observation", true),
        ("int__sampo_observation", true),
        ("int__treasury_observation", true),
        ("int__cost_observation", false),
        ("int__event_observation", false),
        ("int__municipality_observation", false),
        ("int__derived_observation", false),
    ] -%}
    select *, {{ "true" if is_national else "false" }} as is_national from {{ ref(figures) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

collapsed as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["period_grain", "is_national"]) }}

),

periods as (

    select * from {{ ref("int__final_period") }}

),

-- A national figure is as final as its publisher says; one of deliveries is provisional until its period is locked.
unlocked as (

    select
        c.*,
        p.final_from,
        case
            when c.is_national and c.value_status <> {{ value_provisional() }} then {{ publication_final() }}
            else {{ publication_provisional() }}
        end as publication_status
    from collapsed as c
    left join periods as p on c.source_code = p.source_code and c.period_grain = p.period_grain and c.period_start = p.period_start
    where p.final_from is null or c.known_from < p.final_from

),

-- What holds in the moment of the lock is final; what another value or numerator replaces later is revised, whatever moved it.
locked as (

    select
        c.*,
        p.final_from,
        max(case when c.known_from <= p.final_from then 1 else 0 end) over (
            partition by {% for column in key %}c.{{ column }}{{ ", " if not loop.last }}{% endfor %}
        ) as was_there,
        {% for measure in ["value", "numerator"] -%}
        max(case when c.known_from <= p.final_from then c.{{ measure }} end) over (
            partition by {% for column in key %}c.{{ column }}{{ ", " if not loop.last }}{% endfor %}
        ) as final_{{ measure }}{{ "," if not loop.last }}
        {% endfor %}
    from collapsed as c
    inner join periods as p on c.source_code = p.source_code and c.period_grain = p.period_grain and c.period_start = p.period_start
    where c.known_to is null or c.known_to > p.final_from

),

parted as (

    select
        {{ columns | join(", ") }},
        publication_status,
        known_from,
        case when final_from < coalesce(known_to, {{ open_end() }}) then final_from else known_to end as known_to
    from unlocked

    union all

    select
        {{ columns | join(", ") }},
        case
            when
                was_there = 1
                {% for measure in ["value", "numerator"] -%}
                and ({{ measure }} = final_{{ measure }} or ({{ measure }} is null and final_{{ measure }} is null))
                {% endfor -%}
                then {{ publication_final() }}
            else {{ publication_revised() }}
        end as publication_status,
        {{ later_of("known_from", "final_from") }} as known_from,
        known_to
    from locked

)

select
    {{ key | join(", ") }},
    period_grain,
    {{ payload | join(", ") }},
    publication_status,
    known_from,
    known_to
from parted
