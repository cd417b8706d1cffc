"""Public folders."""
