"""What remote servers say when they refuse, as tables: words, tags, block lists, providers, reply numbers.

`common` holds the words of everybody, `providers` those of one provider's servers, `numbers` what a bare reply
code means at each step.  `index` finds them in a text.  Spec A5; adding words is adding a line.
"""
