"""Data that comes in: every source is made into a dataset, and one loader writes any World through the ports.

dataset.py   what a source holds, as records
load.py    writes a dataset, and says what became of it
oulad.py   the Open University's dataset: oulad_files.py → oulad_values.py, oulad_kinds.py → oulad_rows.py →
           oulad_tables.py → oulad_course.py and oulad.py, from bytes to records
demo.py    a made-up dataset: demo_items.py, demo_courses.py, demo_people.py, demo_plans.py, demo_study.py, demo_life.py
"""
