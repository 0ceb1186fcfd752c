{# What the catalogue of indicators must be. A row that is not stops the build, by its name: no figure is made of a formula that nobody can tell. #}

{# Pre-hook: refuses the build with every faulty row of seeds/raw__indicator.csv and what is wrong with it. #}
{% macro refuse_faulty_indicators() -%}
    {%- if execute -%}
        {%- set found = run_query(faulty_indicators()).rows -%}
        {%- if found -%}
            {%- set told = [] -%}
            {%- for row in found %}{% do told.append(row.indicator_code ~ ": " ~ row.fault) %}{% endfor -%}
            {{ exceptions.raise_compiler_error("seeds/raw__indicator.csv, " ~ told | join("; ")) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# One row per fault of a row of the catalogue: indicator_code, fault. #}
{% macro faulty_indicators() -%}
    {%- set event = "i.numerator_measure is not null" -%}
    {%- set faults = [
        (
            "i.theme is null or i.theme not in (select word from " ~ ref("raw__term") ~ " where kind = 'word' and column_name = 'theme')",
            "'theme ' || coalesce(i.theme, '') || ' is unknown; the themes are words of seeds/raw__term.csv'",
        ),
        (
            "i.numerator_measure is null and i.formula_kind is null",
            "'formula_kind is empty; say rate, share, ratio, count, quantile or published'",
        ),
        (
            "i.indicator_code in (select indicator_code from indicators group by indicator_code having count(*) > 1)",
            "'stands on two rows; a changed definition is a new version of one row'",
        ),
        (
            event ~ " and i.indicator_code not in (select indicator_code from " ~ ref("raw__statistical_basis") ~ ")",
            "'has no row in seeds/raw__statistical_basis.csv, which says whether it bears an interval and a rank'",
        ),
        (event ~ " and i.not_to_be_read_as is null", "'not_to_be_read_as is empty; say what the figure does not tell'"),
        (event ~ " and n.source_code is null", "'source ' || coalesce(i.source_code, '') || ' is no event dataset; those are in event_datasets() of macros/events.sql'"),
        (
            event ~ " and n.source_code is not null and nm.measure_code is null",
            "'measure ' || i.numerator_measure || ' is unknown; add it to macros/measures/' || i.source_code || '.sql'",
        ),
        (
            event ~ " and coalesce(i.formula_kind, '') not in ('rate', 'share', 'ratio', 'count')",
            "'formula_kind ' || coalesce(i.formula_kind, '') || ' is unknown; of events say rate, share, ratio or count'",
        ),
        (event ~ " and i.denominator_measure is null and coalesce(i.formula_kind, '') <> 'count'", "'there is no denominator_measure; name a measure, or population'"),
        ("i.denominator_measure is not null and i.formula_kind = 'count'", "'a count has no denominator_measure'"),
        ("i.numerator_measure is null and i.denominator_measure is not null", "'there is no numerator_measure'"),
        (
            event ~ " and i.denominator_source_code is not null and d.source_code is null",
            "'denominator_source_code ' || i.denominator_source_code || ' is no event dataset'",
        ),
        (
            event ~ " and d.source_code is not null and i.denominator_measure <> 'population' and dm.measure_code is null",
            "'measure ' || i.denominator_measure || ' is unknown; add it to macros/measures/' || d.source_code || '.sql'",
        ),
        (
            "i.denominator_measure = 'population' and i.denominator_source_code is not null",
            "'residents are of no dataset: leave denominator_source_code empty'",
        ),
        (
            event ~ " and i.formula_kind = 'share' and (i.denominator_measure = 'population' or coalesce(i.denominator_source_code, i.source_code) <> i.source_code or i.multiplier <> '1')",
            "'a share is a part of the same dataset with multiplier 1; this one is a rate or a ratio'",
        ),
        (event ~ " and (i.multiplier is null or cast(i.multiplier as bigint) < 1)", "'multiplier must be a whole number from 1 on'"),
        (event ~ " and i.bases is null", "'there is no basis; say residence, organiser or both'"),
        (event ~ " and i.bases is not null and " ~ unknown_words("i.bases", ["residence", "organiser"]) ~ " <> ''", "'bases ' || i.bases || ': only residence and organiser are known'"),
        (
            "(n.has_persons = 0 or d.has_persons = 0) and (i.bases <> 'organiser' or i.population_groups is not null)",
            "'a dataset without persons has the basis organiser and no population groups'",
        ),
        (event ~ " and i.period_grains is null", "'there is no period grain; say month, quarter or year'"),
        (unknown_words("i.period_grains", ["month", "quarter", "year"]) ~ " <> ''", "'period_grains ' || i.period_grains || ': only month, quarter and year are known'"),
        (
            list_has("i.region_levels", "'municipality'") ~ " and not (coalesce(i.denominator_measure, '') = 'population' and "
            ~ list_has("i.bases", "'residence'") ~ " and " ~ list_has("i.period_grains", "'quarter'") ~ ")",
            "'region_levels ' || i.region_levels || ': of municipalities there are rates over residents alone, by residence and quarter'",
        ),
        (
            unknown_words("i.population_groups", split_kinds()) ~ " <> ''",
            "'population_groups ' || i.population_groups || ': only " ~ split_kinds() | join(", ") ~ " are known'",
        ),
    ] -%}
    with datasets as (
        {{ event_dataset_rows() }}
    ),

    measures as (
        {{ event_measure_rows() }}
    ),

    indicators as (
        select
            *,
            case when numerator_measure is not null then coalesce(denominator_source_code, source_code) end as divided_source_code
        from {{ ref("raw__indicator") }}
    )

    {% for condition, fault in faults -%}
    select distinct i.indicator_code, {{ fault }} as fault
    from indicators as i
    left join datasets as n on i.numerator_measure is not null and i.source_code = n.source_code
    left join datasets as d on i.divided_source_code = d.source_code
    left join measures as nm on i.source_code = nm.source_code and i.numerator_measure = nm.measure_code
    left join measures as dm on i.divided_source_code = dm.source_code and i.denominator_measure = dm.measure_code
    where {{ condition }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
    order by 1, 2
{%- endmacro %}
