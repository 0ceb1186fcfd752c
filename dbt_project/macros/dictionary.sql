{# The dictionary: what the database itself says of the published relations, with the labels of the terms, the catalogue and the contracts. #}

{% macro published_schemas() %}{{ return(["core", "dq", "mart", "meta"]) }}{% endmacro %}

{# Every column of the relations built so far: schema_name, table_name, column_name, position, data_type, comment. #}
{% macro built_columns() -%}{{ return(adapter.dispatch("built_columns")()) }}{%- endmacro %}
{% macro duckdb__built_columns() %}
    select
        schema_name,
        table_name,
        column_name,
        cast(column_index as integer) as position,
        lower(data_type) as data_type,
        comment
    from duckdb_columns()
    where database_name = current_database()
        and schema_name in ('{{ published_schemas() | join("', '") }}')
{% endmacro %}

{# The columns of the model that asks, which is not built yet, from its contract: same shape. #}
{% macro own_columns() %}
    {%- for name, column in model.columns.items() %}
    {{ "union all " if not loop.first }}select
        '{{ this.schema }}' as schema_name,
        '{{ this.identifier }}' as table_name,
        '{{ name }}' as column_name,
        {{ loop.index }} as position,
        '{{ column.data_type }}' as data_type,
        '{{ column.description | replace("'", "''") }}' as comment
    {%- endfor %}
{% endmacro %}

{# The models that are made of a contract's dataset, told by `contract_name` in their meta: schema_name, table_name, contract_name. #}
{% macro models_of_contracts() %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == "model" and node.config.meta.get("contract_name") -%}
            {%- do found.append((node.schema, node.alias, node.config.meta.contract_name)) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for schema, alias, contract in found | sort %}
    select '{{ schema }}' as schema_name, '{{ alias }}' as table_name, '{{ contract }}' as contract_name
    union all
    {%- endfor %}
    select cast(null as varchar) as schema_name, cast(null as varchar) as table_name, cast(null as varchar) as contract_name
{% endmacro %}
