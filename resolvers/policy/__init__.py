"""Who may see and do what.

rules.py    Rule: which viewers, decided from the viewer and what a record is about
table.py    the table: type, rule, fields; the only place that says who may
rights.py   what of a viewer the rules of records depend on
policy.py   Policy: what an operator may choose
check.py    every field of the schema has an entry, or the gateway does not start
"""
