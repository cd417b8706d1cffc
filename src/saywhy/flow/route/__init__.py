"""Route: `select` says which queue a recipient joins (no IO), `hosts` which addresses to try for a next hop."""
