"""Where recipients are looked up.  `table` serves them from the organisation's snapshot."""
