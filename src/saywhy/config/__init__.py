"""Settings: every server setting and every field of an organisation object, declared once.

`settings` declares, `load` reads and resolves, `organisation` reads and writes the organisation file, `rules`
holds what must be true between objects, `snapshot` makes the immutable Organisation, `explain` and `document`
are views of the declarations.
"""
