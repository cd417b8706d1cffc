"""Address policies."""
