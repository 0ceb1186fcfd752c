-- One row per account.
select
    account_code,
    name_fi as account_name_fi,
    name_sv as account_name_sv,
    name_en as account_name_en,
    account_group,
    kind as account_kind,
    is_stand_in = 'true' as is_stand_in,
    cast(valid_from as date) as valid_from,
    source,
    verification,
    notes
from {{ ref("raw__account") }}
