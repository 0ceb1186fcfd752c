-- One row per delivery of an event dataset, basis, county that its rows count for, population group and measure that an indicator uses, or the number of rows.
{%- set key = ["source_code", "receipt_id", "basis", "county_code", "measure_code"] %}
with parts as (

    select distinct measured_source_code as source_code, measure_code, basis, split_kind
    from {{ ref("int__event_part") }}

),

datasets as (

    {{ event_dataset_rows() }}

),

-- What an indicator uses; and the number of rows of everybody, by which a reader finds the deliveries behind a figure.
used as (

    select * from parts

    union

    select d.source_code, 'rows' as measure_code, b.basis, 'total' as split_kind
    from datasets as d
    cross join (select 'residence' as basis union all select 'organiser' as basis) as b
    where d.has_persons = 1 or b.basis = 'organiser'

),

measures as (

    select m.*
    from {{ ref("int__event_measure") }} as m
    inner join (select distinct source_code, measure_code from used) as u on m.source_code = u.source_code and m.measure_code = u.measure_code

),

of_persons as (

    select m.*, m.age_band as age_group
    from measures as m
    inner join datasets as d on m.source_code = d.source_code and d.has_persons = 1

),

placed as (

    {{ placed_by_basis("of_persons") }}

),

banded as (

    select
        {{ key | join(", ") }},
        {{ rolled_up_splits() }},
        sum(measure_value) as measure_value
    from placed
    {{ grouping_by_split(key) }}

),

grouped as (

    select {{ (key + split_columns()) | join(", ") }}, measure_value
    from banded
    where age_group = 'total'

    union all

    select
        {% for column in key %}b.{{ column }}, {% endfor %}
        b.sex, a.age_group, b.language_status, b.municipality_type,
        sum(b.measure_value) as measure_value
    from banded as b
    inner join ({{ age_group_bands() }}) as a on b.age_group = a.age_band
    group by {% for column in key %}b.{{ column }}, {% endfor %}b.sex, a.age_group, b.language_status, b.municipality_type

    union all

    -- Without persons there is the sender alone; what a joint authority does is nobody's, for nothing tells whom it is for.
    select
        m.source_code, m.receipt_id, 'organiser' as basis, m.sender_code as county_code, m.measure_code,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        sum(m.measure_value) as measure_value
    from measures as m
    inner join datasets as d on m.source_code = d.source_code and d.has_persons = 0
    inner join {{ ref("core__dim_region") }} as r on m.sender_code = r.region_code and r.region_level = 'county' and r.is_organiser
    group by m.source_code, m.receipt_id, m.sender_code, m.measure_code

),

final as (

    select
        {% for column in key + split_columns() %}g.{{ column }}, {% endfor %}
        u.split_kind,
        cast(g.measure_value as bigint) as measure_value
    from grouped as g
    inner join used as u
        on g.source_code = u.source_code
        and g.measure_code = u.measure_code
        and g.basis = u.basis
        and {{ split_kind("g") }} = u.split_kind

)

select * from final
