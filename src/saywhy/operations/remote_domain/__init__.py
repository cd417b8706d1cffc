"""Remote domains: what readers of reports elsewhere get."""
