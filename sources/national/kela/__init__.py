"""Kela: benefits by municipality from the open data portal, and the information package on the counties."""
