"""Clusters of three database servers: for `make soak` alone."""

from tests.faults.scale import SOAK

collect_ignore_glob = [] if SOAK else ["test_*.py"]
