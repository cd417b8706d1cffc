#!/usr/bin/env python3
"""Coverage-guided fuzzing of the report reader (needs `pip install atheris`; not part of the test suites).

    python tools/fuzz_read.py [SEED_FOLDER] -- -max_total_time=3600 -max_len=65536

Any octets must get an answer: an exception is a finding, and so is an input that takes more than 50 ms of CPU and
50 ms more for each MiB.  What is found is written by libFuzzer into the current folder.
"""

from __future__ import annotations

import json
import sys
import time

import atheris

with atheris.instrument_imports(include=["saywhy"]):
    import saywhy
    from saywhy.why.read import reading  # noqa: F401 - instrumented before the first input

ALLOWED = 0.05  # seconds of CPU, and as many for each MiB


def one(data: bytes) -> None:
    began = time.process_time()
    json.dumps(saywhy.read(data).as_dict())
    took = time.process_time() - began
    if took > 10 * ALLOWED * (1 + len(data) / 2**20):  # instrumented code is some ten times slower
        raise RuntimeError(f"{took:.3f} s of CPU for {len(data)} octets")


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv if argument != "--"]
    atheris.Setup(arguments, one)
    atheris.Fuzz()
