{# What figures were made of: rows of inputs, region by region. #}

{# One row per region, year, snapshot that brought population rows of it, and the time over which any of them held. `division_year` is the year of the municipal division
   that a row's municipality is of, as SQL over the relation `p`. #}
{% macro population_inputs(relation, division_year) %}
    select
        a.region_level,
        a.region_code,
        n.year,
        n.snapshot_id,
        sum(n.row_count) as row_count,
        min(n.known_from) as known_from,
        max(n.known_to) as known_to
    from (
        select
            p.year,
            {{ division_year }} as division_year,
            p.municipality_code,
            p.snapshot_id,
            count(*) as row_count,
            min(p.known_from) as known_from,
            max(coalesce(p.known_to, {{ open_end() }})) as known_to
        from {{ relation }} as p
        group by p.year, {{ division_year }}, p.municipality_code, p.snapshot_id
    ) as n
    inner join {{ ref("core__dim_municipality") }} as m on n.division_year = m.year and n.municipality_code = m.municipality_code
    inner join {{ ref("core__dim_municipality") }} as t on m.year = t.year and m.current_municipality_code = t.municipality_code
    inner join {{ ref("core__region_county_assn") }} as a on t.county_code = a.county_code
    group by a.region_level, a.region_code, n.year, n.snapshot_id
{% endmacro %}

{# One row per region, period, sender that the region's figures need, and stretch over which its delivery of a month of the period held. #}
{% macro deliveries_of_regions(known_delivery, period_month) %}
    select
        r.region_level,
        r.region_code,
        r.is_organiser,
        p.period_grain,
        p.period_start,
        d.receipt_id,
        d.known_from as held_from,
        {{ later_of("d.known_from", "p.known_from") }} as known_from,
        d.known_to
    from {{ known_delivery }} as d
    inner join {{ period_month }} as p on d.month_start = p.month_start and p.known_from < d.known_to
    inner join {{ ref("int__region_sender") }} as r on d.sender_code = r.sender_code
{% endmacro %}
