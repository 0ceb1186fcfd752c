-- One row per quarter, organiser and stretch of time over which its deliveries were the known ones: its clients of primary health care with three visits or more, and the sum of
-- their continuity of care.
-- Each delivery is counted once in a stretch; but not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_care_contact") }}
{%- set place = ["period_start", "county_code", "known_from", "known_to"] %}
with deliveries as (

    select * from {{ ref("int__continuity_delivery") }}

),

contacts as (

    select * from {{ ref("stg__care_contact") }}
    where visited_at is not null and client_id is not null and professional_id is not null

),

service_classes as (

    select * from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}' and service_group = 'primary_health_care'

),

-- Clients and professionals are told apart by the sender's own pseudonyms: the same in all its months, and never those of another sender.
met as (

    select
        {% for column in place %}d.{{ column }}, {% endfor %}
        c.client_id,
        c.professional_id,
        count(*) as visits
    from deliveries as d
    inner join contacts as c on d.receipt_id = c.receipt_id
    inner join service_classes as s on c.service_class_code = s.service_class_code
    group by {% for column in place %}d.{{ column }}, {% endfor %}c.client_id, c.professional_id

),

clients as (

    select
        {{ place | join(", ") }},
        {{ continuity_of_care("sum(visits * visits)", "sum(visits)") }} as continuity
    from met
    group by {{ place | join(", ") }}, client_id

),

measured as (

    select
        {{ place | join(", ") }},
        count(continuity) as clients,
        sum(cast(continuity * 10000 as bigint)) as continuity_e4
    from clients
    group by {{ place | join(", ") }}

),

present as (

    select
        {{ place | join(", ") }},
        max(is_synthetic) as is_synthetic
    from deliveries
    group by {{ place | join(", ") }}

),

final as (

    select
        {% for column in place %}p.{{ column }}, {% endfor %}
        cast(coalesce(m.clients, 0) as bigint) as clients,
        cast(coalesce(m.continuity_e4, 0) as bigint) as continuity_e4,
        p.is_synthetic
    from present as p
    left join measured as m on {% for column in place %}p.{{ column }} = m.{{ column }}{{ " and " if not loop.last }}{% endfor %}

)

select * from final
