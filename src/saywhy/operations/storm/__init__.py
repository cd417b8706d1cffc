"""What the storm guard holds: shown, tried again, returned."""
