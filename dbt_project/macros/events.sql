{#
    Events: rows of any dataset that the senders deliver, made into indicators by what the catalogue says of them. A dataset stands here once, its measures in
    measures/<dataset>.sql; an indicator of them is a row of seeds/raw__indicator.csv. docs/add-an-indicator.md says how.
#}

{#
    The datasets. `staged`: the model whose rows are counted, with receipt_id, organiser_code (the sender) and period, and for persons home_municipality_code, sex and
    birth_year. `has_persons`: whether figures are placed by home municipality and split by population group; otherwise they are the sender's, and totals alone.
    `has_joint_authority`: whether what the joint authority delivers counts for its counties and is waited for; only persons can be placed so.
    `traced_grains`: periods for which meta__lineage names the deliveries behind the dataset's figures in a part of its own; of a new dataset none.
#}
{% macro event_datasets() -%}
    {{ return([
        {"name": "care_contacts", "staged": "int__event_care_contact", "has_persons": true, "has_joint_authority": true, "traced_grains": ["month", "quarter"]},
        {"name": "costs", "staged": "int__event_cost", "has_persons": false, "has_joint_authority": false, "traced_grains": ["month", "quarter", "year"]},
        {"name": "specialised_care", "staged": "int__event_referral", "has_persons": true, "has_joint_authority": true, "traced_grains": []},
        {"name": "hospital_episodes", "staged": "int__event_hospital_episode", "has_persons": true, "has_joint_authority": true, "traced_grains": []},
        {"name": "social_services", "staged": "int__event_social_services_case", "has_persons": true, "has_joint_authority": false, "traced_grains": []},
        {"name": "care_periods", "staged": "int__event_care_period", "has_persons": true, "has_joint_authority": false, "traced_grains": []},
        {"name": "complaints", "staged": "int__event_complaint", "has_persons": false, "has_joint_authority": false, "traced_grains": []},
        {"name": "customer_feedback", "staged": "int__event_customer_feedback", "has_persons": false, "has_joint_authority": false, "traced_grains": []},
        {"name": "development", "staged": "int__event_development_item", "has_persons": false, "has_joint_authority": false, "traced_grains": []},
        {"name": "outcomes", "staged": "int__event_outcome", "has_persons": true, "has_joint_authority": false, "traced_grains": []},
        {"name": "personnel", "staged": "int__event_personnel", "has_persons": false, "has_joint_authority": false, "traced_grains": []},
    ]) }}
{%- endmacro %}

{# The measures of a dataset: code to aggregate, an integer. What has decimals is in hundredths, and its code says so. Every dataset has the number of its rows. #}
{% macro event_measures(dataset) -%}
    {%- set found = context.get("measures_of_" ~ dataset) -%}
    {%- if not found -%}
        {{ exceptions.raise_compiler_error("event dataset " ~ dataset ~ " has no macro measures_of_" ~ dataset ~ "(); write it in macros/measures/" ~ dataset ~ ".sql") }}
    {%- endif -%}
    {%- set measures = {"rows": "count(*)"} -%}
    {%- do measures.update(found()) -%}
    {{ return(measures) }}
{%- endmacro %}

{# How many of a measure's units make one of the figure's. #}
{% macro measure_scale(measure) -%}
    case when {{ measure }} like '%_hundredths' then 100 else 1 end
{%- endmacro %}

{# The datasets as a relation: source_code, has_persons, has_joint_authority (1 or 0). #}
{% macro event_dataset_rows() -%}
    {% for dataset in event_datasets() -%}
    select
        '{{ dataset.name }}' as source_code,
        {{ 1 if dataset.has_persons else 0 }} as has_persons,
        {{ 1 if dataset.has_persons and dataset.has_joint_authority else 0 }} as has_joint_authority
    {{ "union all" if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# The measures that there are, as a relation: source_code, measure_code. #}
{% macro event_measure_rows() -%}
    {% for dataset in event_datasets() -%}
    {%- set last = loop.last -%}
    {% for measure in event_measures(dataset.name) -%}
    select '{{ dataset.name }}' as source_code, '{{ measure }}' as measure_code
    {{ "union all" if not (last and loop.last) }}
    {% endfor -%}
    {% endfor -%}
{%- endmacro %}

{# Whether meta__lineage names the deliveries of a dataset and a period grain without the event models. #}
{% macro is_traced_elsewhere(source_code, period_grain) -%}
    (
        {% for dataset in event_datasets() if dataset.traced_grains -%}
        ({{ source_code }} = '{{ dataset.name }}' and {{ period_grain }} in ('{{ dataset.traced_grains | join("', '") }}')) or
        {% endfor -%}
        false
    )
{%- endmacro %}

{# Whether a list of the catalogue, parted by semicolons, has a word. #}
{% macro list_has(list, word) -%}(';' || {{ list }} || ';' like '%;' || {{ word }} || ';%'){%- endmacro %}

{# What stays of such a list without these words and the semicolons: nothing where all its words are known. #}
{% macro unknown_words(list, words) -%}
    {%- set ns = namespace(left="';' || replace(coalesce(" ~ list ~ ", ''), ';', ';;') || ';'") -%}
    {%- for word in words %}{% set ns.left = "replace(" ~ ns.left ~ ", ';" ~ word ~ ";', '')" %}{% endfor -%}
    replace({{ ns.left }}, ';', '')
{%- endmacro %}
