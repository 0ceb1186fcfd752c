"""Bringing in a county: from sample files to a draft of its YAML file, with what is certain, what is a guess and why.

Belongs here: reading a sample, what is known of headings and codes from contracts and other senders, guesses with their confidence, the draft. Does not belong here: what a
county file is (county.py), reading deliveries (reader.py and on). A guess is never used to read a delivery: it becomes a line of a file that a person confirms.
"""
