-- One row per figure and moment at which a later version of it gave another value: national figures as they came, and every figure of the marts.
{%- set moved = [
    {
        "table": "core.fct_population", "relation": ref("core__fct_population"), "source": "'statfin_population'",
        "key": ["year", "municipality_code", "sex", "age_code"], "region": "municipality_code", "value": "population",
    },
    {
        "table": "core.fct_population_projection", "relation": ref("core__fct_population_projection"), "source": "'statfin_projection'",
        "key": ["edition", "year", "municipality_code", "sex", "age_code"], "region": "municipality_code", "value": "population",
    },
    {
        "table": "core.fct_need_factor", "relation": ref("core__fct_need_factor"), "source": "'thl_need_factors'",
        "key": ["data_year", "county_code", "sector"], "region": "county_code", "value": "need_factor",
    },
    {
        "table": "core.fct_treasury_cell", "relation": ref("core__fct_treasury_cell"), "source": "'treasury'",
        "key": ["business_id", "package_code", "period_code", "subpackage_code", "cell_code", "stage"],
        "region": "coalesce(county_code, business_id)", "value": "amount",
    },
    {
        "table": "core.fct_kela_benefit", "relation": ref("core__fct_kela_benefit"), "source": "'kela'",
        "key": ["municipality_code", "benefit_name", "period_grain", "period_start"], "region": "municipality_code", "value": "paid_eur",
    },
    {
        "table": "core.fct_kela_county", "relation": ref("core__fct_kela_county"), "source": "'kela'",
        "key": ["benefit_code", "measure_code", "county_name", "year"], "region": "coalesce(county_code, county_name)", "value": "value",
    },
    {
        "table": "mart.minimum_dataset", "relation": ref("core__fct_observation"), "source": "source_code",
        "key": ["indicator_code", "source_code", "basis", "region_level", "region_code", "period_start", "period_end"] + split_columns(),
        "region": "region_code", "value": "value", "status": "publication_status",
    },
] %}
with versions as (

    {% for m in moved -%}
    select
        '{{ m.table }}' as table_name,
        {{ m.source }} as source_code,
        {% for column in m.key -%}
        '{{ column }}=' || cast({{ column }} as varchar){{ " || '; ' || " if not loop.last }}
        {%- endfor %} as figure_key,
        {{ m.region }} as region_code,
        cast(lag({{ m.value }}) over (partition by {{ m.key | join(", ") }} order by known_from) as decimal(18, 6)) as old_value,
        cast({{ m.value }} as decimal(18, 6)) as new_value,
        origin,
        {{ m.status | default("cast(null as varchar)") }} as publication_status,
        known_from
    from {{ m.relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (

    select
        table_name,
        source_code,
        figure_key,
        region_code,
        old_value,
        new_value,
        cast(new_value - old_value as decimal(18, 6)) as difference,
        origin,
        publication_status,
        known_from
    from versions
    where old_value <> new_value

)

select * from final
