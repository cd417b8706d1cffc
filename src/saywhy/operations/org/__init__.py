"""The organisation as a whole: infrastructure as code."""
