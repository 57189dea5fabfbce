"""Runs the examples of README and docs.

blocks.py     the blocks of code of a page, and the notes above them
shell.py      runs shell examples in a folder of their own, beside a demo
queries.py    sends GraphQL examples, and compares answers with those that a page shows
listing.py    what is run, what is not, and why: `python -m tests examples`
"""
