"""Peers: other ways to do the same work, each in an environment of its own, set up as its own pages advise. Not imported by anything but the benchmark."""
