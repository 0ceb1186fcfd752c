{# Names: the file `<schema>__<table>` is the relation `<schema>.<table>`. Names only; no other conventions belong here. #}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ node.name.split("__")[0] if "__" in node.name and node.resource_type in ("model", "seed") else target.schema }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ node.name.split("__", 1)[1] if "__" in node.name and node.resource_type in ("model", "seed") else node.name }}
{%- endmacro %}
