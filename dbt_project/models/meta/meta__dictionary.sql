-- One row per column of a published table or view, and per column of a contract.
-- The relations are read from the database, so all of them must be there first; own_columns stands for this one.
-- depends_on: {{ ref("core__dim_indicator") }}, {{ ref("core__dim_municipality") }}, {{ ref("core__dim_region") }}
-- depends_on: {{ ref("core__dim_service_class") }}, {{ ref("core__fct_care_contact") }}, {{ ref("core__fct_observation") }}
-- depends_on: {{ ref("core__dim_code") }}, {{ ref("core__dim_care_organisation") }}
-- depends_on: {{ ref("core__region_code_map") }}, {{ ref("core__region_county_assn") }}
-- depends_on: {{ ref("core__fct_population") }}, {{ ref("core__fct_population_projection") }}, {{ ref("dq__delivery") }}, {{ ref("dq__quarantine") }}
-- depends_on: {{ ref("mart__county_profile") }}, {{ ref("mart__minimidatainnehall") }}, {{ ref("mart__minimum_dataset") }}
-- depends_on: {{ ref("mart__vahimmaistietosisalto") }}, {{ ref("mart__wide_availability") }}, {{ ref("mart__wide_coordination") }}
-- depends_on: {{ ref("mart__wide_costs") }}, {{ ref("mart__wide_effectiveness") }}, {{ ref("mart__wide_equality") }}
-- depends_on: {{ ref("mart__wide_need") }}, {{ ref("mart__wide_productivity") }}, {{ ref("mart__wide_quality") }}
-- depends_on: {{ ref("mart__wide_wellbeing") }}, {{ ref("mart__wide_context") }}, {{ ref("mart__wide_development") }}
-- depends_on: {{ ref("dq__check_result") }}, {{ ref("dq__check_summary") }}, {{ ref("dq__source_freshness") }}
-- depends_on: {{ ref("meta__query_examples") }}, {{ ref("meta__snapshot") }}, {{ ref("core__dim_account") }}
-- depends_on: {{ ref("dq__unmapped_code") }}
-- depends_on: {{ ref("core__fct_cost") }}, {{ ref("core__fct_need_factor") }}, {{ ref("dq__revisions") }}
-- depends_on: {{ ref("dq__period_lock") }}, {{ ref("dq__tombstone") }}
-- depends_on: {{ ref("dq__delivery_status") }}, {{ ref("dq__reconciliation") }}, {{ ref("dq__correction") }}
-- depends_on: {{ ref("dq__delivery_file") }}, {{ ref("meta__code_mapping") }}, {{ ref("meta__lineage") }}
-- depends_on: {{ ref("core__fct_treasury_cell") }}, {{ ref("core__fct_kela_benefit") }}, {{ ref("core__fct_kela_county") }}
-- depends_on: {{ ref("dq__figure_reason") }}, {{ ref("mart__comparison") }}
-- depends_on: {{ ref("core__dim_development") }}
-- depends_on: {{ ref("dq__scorecard") }}, {{ ref("dq__scorecard_summary") }}, {{ ref("dq__scorecard_field") }}, {{ ref("dq__scorecard_check") }}
-- depends_on: {{ ref("core__fct_referral") }}, {{ ref("core__fct_hospital_episode") }}
-- depends_on: {{ ref("core__fct_social_services_case") }}, {{ ref("core__fct_care_period") }}
-- depends_on: {{ ref("core__fct_complaint") }}, {{ ref("core__fct_customer_feedback") }}, {{ ref("core__fct_development_item") }}
-- depends_on: {{ ref("core__fct_outcome") }}, {{ ref("core__fct_personnel") }}
with built as (

    select *
    from ({{ built_columns() }}) as columns_there
    where not (schema_name = '{{ this.schema }}' and table_name like '{{ this.identifier }}%')

    union all

    {{ own_columns() }}

),

terms as (

    select * from {{ ref("raw__term") }} where kind = 'column'

),

-- The columns of the friendly views, by the name that they have there; their comments are in their language.
friendly as (

    select 'vahimmaistietosisalto' as table_name, name_fi as friendly_name, column_name from terms where name_fi is not null
    union all
    select 'minimidatainnehall' as table_name, name_sv as friendly_name, column_name from terms where name_sv is not null

),

words as (

    select column_name, {{ joined_values("word", "word") }} as code_list
    from {{ ref("raw__term") }}
    where kind = 'word'
    group by column_name

),

indicators as (

    select indicator_code as column_name, unit, indicator_name_fi, indicator_name_sv, indicator_name_en
    from {{ ref("core__dim_indicator") }}
    union all
    select indicator_code || '_country' as column_name, unit, indicator_name_fi, indicator_name_sv, indicator_name_en
    from {{ ref("core__dim_indicator") }}

),

declared as (

    select * from {{ ref("raw__declared_column") }}

),

contracts as (

    {{ models_of_contracts() }}

),

published as (

    select
        'table' as kind,
        b.schema_name || '.' || b.table_name as object_name,
        b.column_name,
        b.position,
        b.data_type,
        coalesce(d.unit, i.unit, t.unit) as unit,
        coalesce(d.code_list, case when b.schema_name <> 'meta' and f.column_name is null then w.code_list end) as code_list,
        coalesce(d.label_fi, i.indicator_name_fi, t.label_fi) as label_fi,
        coalesce(d.label_sv, i.indicator_name_sv, t.label_sv) as label_sv,
        coalesce(d.label_en, i.indicator_name_en, t.label_en) as label_en,
        case when b.table_name = 'vahimmaistietosisalto' then b.comment end as description_fi,
        case when b.table_name = 'minimidatainnehall' then b.comment end as description_sv,
        case when f.column_name is null then b.comment else shown.comment end as description_en,
        d.object_name as source_contract
    from built as b
    left join friendly as f on b.schema_name = 'mart' and b.table_name = f.table_name and b.column_name = f.friendly_name
    left join built as shown
        on f.column_name = shown.column_name
        and shown.schema_name || '.' || shown.table_name = case
            when f.column_name like 'indicator_name%' then 'core.dim_indicator' else 'mart.minimum_dataset'
        end
    left join terms as t on coalesce(f.column_name, b.column_name) = t.column_name
    left join words as w on b.column_name = w.column_name
    left join indicators as i
        on b.schema_name = 'mart'
        and (b.table_name like 'wide%' or b.table_name = 'county_profile')
        and b.column_name = i.column_name
    left join contracts as c on b.schema_name = c.schema_name and b.table_name = c.table_name
    left join declared as d on d.kind = 'contract' and c.contract_name = d.object_name and b.column_name = d.column_name

),

final as (

    select
        kind,
        object_name,
        column_name,
        position,
        data_type,
        unit,
        code_list,
        label_fi,
        label_sv,
        label_en,
        description_fi,
        description_sv,
        description_en,
        source_contract
    from published

    union all

    select
        kind,
        object_name,
        column_name,
        cast(position as integer) as position,
        data_type,
        unit,
        code_list,
        label_fi,
        label_sv,
        label_en,
        description_fi,
        description_sv,
        description_en,
        case when kind = 'contract' then object_name end as source_contract
    from declared

)

select * from final
