"""Where events become log lines: `jsonl` for machines, `plain` for a terminal; `writer` keeps disks off the loop."""
