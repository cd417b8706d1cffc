"""What failures mean: no IO but reading this package's own data files.

`catalogue` holds causes/*.toml and codes/*.toml; `classify` finds the cause behind a remote's reply (with the
words in phrases/); `explain` puts a Failure into a reader's words; `ask` and read/ understand what people hold
out: codes, replies, reports.  words/ has the sentences of reports in other languages.
"""
