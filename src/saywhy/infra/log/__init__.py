"""Where events become log lines: `jsonl` for machines, `plain` for people; `writer` keeps disks off the loop."""
