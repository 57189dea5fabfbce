"""Data that comes in: every source is made into a World, and one loader writes any World through the ports.

world.py   what a source holds, as records
load.py    writes a World, and says what became of it
oulad.py   the Open University's dataset: oulad_files.py → oulad_values.py, oulad_kinds.py → oulad_rows.py →
           oulad_tables.py → oulad_course.py and oulad.py, from bytes to records
demo.py    a made-up world: demo_items.py, demo_courses.py, demo_people.py, demo_plans.py, demo_study.py, demo_life.py
"""
