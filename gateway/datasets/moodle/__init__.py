"""The log of a Moodle site, its table `logstore_standard_log` as CSV, with a mapping to learners, courses and items.

mapping.py     the mapping file (TOML, docs/import.md)
rules.py       which events of Moodle are which verbs
log_rows.py    rows of the log with typed values
statements.py  rows as what a learner did, or the reason why they are skipped
log_reader.py  reads the log in two passes
dataset.py     the log as a `Dataset`
"""
