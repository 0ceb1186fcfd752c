{{ config(materialized="view") }}
-- One row per personnel row of each delivery, with the group of its service class and the staff per client that the law asked for on its status day.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_personnel") }}
with personnel as (

    select * from {{ ref("stg__personnel") }}

),

service_classes as (

    select * from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}'

),

staffing_rules as (

    select
        cast(limit_value as decimal(4, 2)) as required_staff_per_client,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to
    from {{ ref("raw__care_guarantee") }}
    where is_applied = 'true' and domain = 'staffing_24h_older'

),

-- The clients of a class stand on one of its rows: where they are told on several, all say the same number and it counts once.
told as (

    select
        *,
        max(clients) over (partition by receipt_id, service_class_code) as clients_of_class,
        row_number() over (partition by receipt_id, service_class_code order by profession, employment) as row_of_class
    from personnel

),

final as (

    select
        p.receipt_id,
        p.organiser_code,
        p.period,
        p.service_class_code,
        p.profession,
        p.employment,
        p.posts,
        p.fte,
        p.absence_days,
        case when p.row_of_class = 1 then p.clients_of_class end as clients,
        s.service_group,
        p.service_class_code in ('2201', '2211') and p.clients_of_class is not null as is_24h_care_of_older_people,
        r.required_staff_per_client
    from told as p
    left join service_classes as s on p.service_class_code = s.service_class_code
    left join staffing_rules as r
        on (r.valid_from is null or p.status_on >= r.valid_from)
        and (r.valid_to is null or p.status_on <= r.valid_to)

)

select * from final
