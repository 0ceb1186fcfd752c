"""Holds: a delivery that is sound row by row but unlike what its sender has sent before waits until a person has said why.

Belongs here: the facts of a slice that are compared (profile.py), what a sender has had accepted (history.py), the formulas (expectation.py), the rules
(hold_rules.yml, rules.py, judge.py), and the answers (answers.py). Does not belong here: row rules (the contracts) and the order of a night (judging.py).
"""
