"""The one place that decides what a delivery trouble means: retry, next host, or fail."""
