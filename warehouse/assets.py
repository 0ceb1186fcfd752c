"""Which asset brings in which table of dbt's sources.

What belongs here: the names, for the graph of the night and for telling which checks bear on a figure. What does not: the assets themselves (orchestration/assets).
"""

from sources.regional.catalogue import dataset_contracts

DELIVERED = {name: f"raw__{name}" for name in dataset_contracts()}
SOURCE_ASSETS = {
    "population": "raw__population",
    "population_projection": "raw__population_projection",
    "key_figure": "raw__key_figures",
    "municipality_map": "raw__municipality_map",
    "sotkanet_observation": "raw__sotkanet",
    "sotkanet_indicator": "raw__sotkanet",
    "sotkanet_region": "raw__sotkanet",
    "sampo_observation": "raw__sampo",
    "code_list_item": "raw__codeserver",
    "care_organisation": "raw__codeserver",
    "need_factors": "raw__need_factors",
    "innokyla_page": "raw__innokyla",
    **dict.fromkeys(("kela_benefit", "kela_county"), "raw__kela"),
    **dict.fromkeys(("treasury_catalogue", "treasury_cell", "treasury_taxonomy"), "raw__treasury"),
    **DELIVERED,
}
