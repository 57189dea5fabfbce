"""The Open University Learning Analytics Dataset (OULAD, CC BY 4.0), from CSV files to records.

files.py, values.py     read the files and check single values
rows.py, tables.py      typed rows; all tables, with their keys and references checked
kinds.py, course.py     runs as courses, assessments and sites as items
events.py, waivers.py   rows as events; waivers for those who passed
dataset.py, subset.py   all of it as a `Dataset`; a part of it
"""
