"""What waits, by next hop."""
