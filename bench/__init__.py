"""Our own measurements.  `python -m bench` runs them; ../shared/bench compares with other servers."""
