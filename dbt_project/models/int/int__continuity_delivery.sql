-- One row per quarter, organiser, stretch of time over which the same deliveries of all its months were the known ones, and each of these deliveries.
{%- set place = ["period_start", "county_code"] %}
with own as (

    select
        p.period_start,
        p.month_count,
        d.sender_code as county_code,
        d.receipt_id,
        d.is_synthetic,
        {{ later_of("d.known_from", "p.known_from") }} as known_from,
        d.known_to
    from {{ ref("int__known_delivery") }} as d
    inner join {{ ref("int__period_month") }} as p on d.month_start = p.month_start and p.period_grain = 'quarter' and p.known_from < d.known_to
    inner join {{ ref("core__dim_region") }} as r on d.sender_code = r.region_code and r.region_level = 'county' and r.is_organiser

),

moments as (

    select {{ place | join(", ") }}, known_from as moment from own
    union
    select {{ place | join(", ") }}, known_to as moment from own

),

stretches as (

    select
        {{ place | join(", ") }},
        moment as known_from,
        lead(moment) over (partition by {{ place | join(", ") }} order by moment) as known_to
    from moments

),

held as (

    select
        {% for column in place %}s.{{ column }}, {% endfor %}
        o.receipt_id,
        o.is_synthetic,
        s.known_from,
        s.known_to,
        o.month_count,
        count(*) over (partition by {% for column in place %}s.{{ column }}, {% endfor %}s.known_from) as deliveries
    from stretches as s
    inner join own as o
        on {% for column in place %}s.{{ column }} = o.{{ column }} and {% endfor %}
        o.known_from <= s.known_from and s.known_from < o.known_to

),

final as (

    select {{ place | join(", ") }}, receipt_id, is_synthetic, known_from, known_to
    from held
    -- A month has one known delivery at a time: as many as months are all of them.
    where deliveries = month_count

)

select * from final
