{# Continuity of care. #}

{#
    COC of Bice and Boxerman (1977) for one client: (sum of squared visits by provider - N) / (N * (N - 1)), N visits in all. 1 = one provider, 0 = never the same twice.
    Null below `floor` visits, which a figure must name; two is the least that has a meaning.
#}
{% macro continuity_of_care(squared_visits, visits, floor=3) -%}
    case
        when {{ visits }} >= {{ [floor, 2] | max }} then {{ ratio(squared_visits ~ " - " ~ visits, visits ~ " * (" ~ visits ~ " - 1)") }}
    end
{%- endmacro %}
