"""Statistics Finland's population projection, on the municipal division of its own edition.

Belongs here: what the projection has of its own. Does not belong here: the protocol and the reply, which it shares with the population table (statfin/).
"""
