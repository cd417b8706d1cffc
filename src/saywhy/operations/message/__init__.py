"""Single messages in the queue."""
