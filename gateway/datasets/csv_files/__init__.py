"""Learners, enrolments and events in CSV files with the columns of docs/import.md, for platforms that move in.

cells.py                                 single values of a row
record_file.py                           checks a file in one pass, and makes its records again in another
learners.py, enrollments.py, events.py   the columns of each file, and its rows as records
dataset.py                               all files as a `Dataset`
"""
