{{ config(severity="warn") }}
-- Detects payments to a joint authority that are not in its own accounts, or the other way round.
-- Matters because the same euros stand in both: a difference is a late posting or a wrong mark. A warning, for neither side is wrong by that alone.
-- A row is a month, with all of its members' costs there, in which payments and sales income differ by more than one in a hundred.
with current_costs as (

    select * from {{ ref("core__fct_cost") }}
    where known_to is null and not is_internal

),

members as (

    select joint_authority_code, region_code, count(*) over (partition by joint_authority_code) as member_count
    from {{ ref("core__dim_region") }}
    where joint_authority_code is not null and is_organiser

),

paid as (

    select
        m.joint_authority_code,
        c.period,
        m.member_count,
        count(distinct c.organiser_code) as members_there,
        sum(case when c.is_hus_share then c.amount_eur else 0 end) as paid_eur
    from current_costs as c
    inner join members as m on c.organiser_code = m.region_code
    group by m.joint_authority_code, c.period, m.member_count

),

received as (

    select c.organiser_code as joint_authority_code, c.period, -sum(c.amount_eur) as received_eur
    from current_costs as c
    inner join {{ ref("core__dim_account") }} as a on c.account_code = a.account_code and a.account_group = 'sales'
    where c.organiser_code in (select joint_authority_code from members)
    group by c.organiser_code, c.period

)

select p.joint_authority_code, p.period, p.paid_eur, r.received_eur
from paid as p
inner join received as r on p.joint_authority_code = r.joint_authority_code and p.period = r.period
where p.members_there = p.member_count and 100 * abs(p.paid_eur - r.received_eur) > abs(r.received_eur)
