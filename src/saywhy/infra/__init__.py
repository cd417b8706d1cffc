"""The outside world: all IO.  Nothing here knows what a failure means (that is why/); it raises infra.errors."""
