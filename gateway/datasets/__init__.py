"""Data that is loaded from outside: each source becomes a `Dataset`, and one loader writes any of them to the stores.

dataset.py       the records of a source
loader.py        writes a dataset: publishing.py the courses, load_counts.py what was written
bad_rows.py      reports malformed rows, or counts those that are left out
csv_stream.py    reads CSV files of any size
references.py    finds the learners, courses and enrolments that rows refer to
demo/            generated learners, courses and studies
oulad/           the Open University Learning Analytics Dataset
csv_files/       learners, enrolments and events in CSV files with our columns
moodle/          the log of a Moodle site
"""
