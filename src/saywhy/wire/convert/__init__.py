"""A message in the form that somebody demands (model/form): text instead of HTML, another charset, no winmail.dat.

Values in, values out, no IO; bounded in size, parts and depth, because the input is anybody's.  What nobody asked
for stays as it was, octet for octet.  `convert` is the way in.
"""
