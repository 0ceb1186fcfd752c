-- One row per sender, dataset (total = all of them), month that is owed, and item: what it came to, or why it cannot be told.
{%- set month = ["organiser_code", "dataset", "period"] %}
with months as (

    select * from {{ ref("int__scorecard_month") }}

),

found as (

    select * from {{ ref("int__scorecard_value") }}

),

items as (

    select
        i.formula_version,
        i.item_code,
        i.scope,
        cast(i.position as integer) as item_position,
        i.name_fi as item_name_fi,
        i.name_sv as item_name_sv,
        i.name_en as item_name_en,
        i.unit,
        i.target,
        cast(i.threshold as decimal(18, 4)) as threshold,
        cast(i.weight as decimal(9, 4)) as weight
    from {{ ref("raw__scorecard_item") }} as i
    inner join {{ ref("int__scorecard_version") }} as v on i.formula_version = v.formula_version

),

-- Every sender, dataset, month and item that is expected, told or not.
expected as (

    select organiser_code, dataset, period, is_not_due_yet, is_usable, 'dataset' as scope
    from months

    union all

    select organiser_code, 'total' as dataset, period, min(is_not_due_yet) as is_not_due_yet, max(is_usable) as is_usable, 'total' as scope
    from months
    group by organiser_code, period

),

-- What no sender is ever told of a dataset is not for it: a dataset without units, or without a register beside it.
told as (

    select distinct dataset, item_code from found

),

-- Those that sum up the others are worked out from their verdicts.
judged as (

    select
        {% for column in month %}e.{{ column }}, {% endfor %}
        e.is_not_due_yet,
        i.*,
        f.value,
        f.numerator,
        f.denominator,
        f.n,
        case
            when e.is_not_due_yet then {{ scorecard_not_applicable() }}
            when f.has_failed_to_run then {{ scorecard_error() }}
            when f.item_code is null and not e.is_usable and t.item_code is not null then {{ scorecard_error() }}
            when (f.value is null and f.is_met is null) or coalesce(f.n, 0) = 0 then {{ scorecard_not_applicable() }}
            when i.target = 'none' then {{ scorecard_not_applicable() }}
            when coalesce(
                f.is_met,
                case i.target
                    when 'at_least' then f.value >= i.threshold
                    when 'at_most' then f.value <= i.threshold
                    when 'within' then abs(f.value) <= i.threshold
                end
            ) then {{ scorecard_pass() }}
            else {{ scorecard_fail() }}
        end as status,
        case
            when e.is_not_due_yet then 'the month is not due yet'
            when f.detail is not null then f.detail
            when f.item_code is null and not e.is_usable and t.item_code is not null then 'nothing of the month can be used'
            when f.value is null or coalesce(f.n, 0) = 0 then 'nothing to judge'
            when i.target = 'none' then 'told without a target'
        end as detail
    from expected as e
    inner join items as i on e.scope = i.scope
    left join found as f on {{ same_row("e", "f", month) }} and i.item_code = f.item_code
    left join told as t on e.dataset = t.dataset and i.item_code = t.item_code
    where i.item_code not in ('targets_met', 'score')

),

summed as (

    select
        organiser_code,
        coalesce(dataset, 'total') as dataset,
        period,
        sum(case when status = {{ scorecard_pass() }} then 1 else 0 end) as met,
        count(*) as judged,
        sum(case when status = {{ scorecard_pass() }} then weight else 0 end) as weight_met,
        sum(weight) as weight_judged
    from judged
    where target <> 'none' and status <> {{ scorecard_not_applicable() }}
    group by grouping sets ((organiser_code, dataset, period), (organiser_code, period))

),

summing as (

    select
        {% for column in month %}e.{{ column }}, {% endfor %}
        e.is_not_due_yet,
        i.*,
        case when i.item_code = 'score' then s.weight_met else s.met end as numerator,
        case when i.item_code = 'score' then s.weight_judged else s.judged end as denominator,
        s.judged as n,
        case
            when e.is_not_due_yet then 'the month is not due yet'
            when s.judged is null then 'nothing to judge'
            else 'told without a target'
        end as detail
    from expected as e
    inner join items as i on e.scope = i.scope
    left join summed as s on {{ same_row("e", "s", month) }}
    where i.item_code in ('targets_met', 'score')

),

{%- set item = ["item_code", "item_name_fi", "item_name_sv", "item_name_en", "item_position", "unit"] %}

final as (

    select
        {{ (month + item) | join(", ") }},
        not is_not_due_yet as is_due,
        case when n > 0 then value end as value,
        numerator,
        denominator,
        coalesce(n, 0) as n,
        target, threshold, weight, status, detail, formula_version
    from judged

    union all

    select
        {{ (month + item) | join(", ") }},
        not is_not_due_yet as is_due,
        cast(numerator / nullif(denominator, 0) as decimal(18, 4)) as value,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator,
        coalesce(cast(n as bigint), 0) as n,
        target, threshold, weight, {{ scorecard_not_applicable() }} as status, detail, formula_version
    from summing

)

select * from final
