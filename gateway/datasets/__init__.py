"""Data that is loaded from outside: each source becomes a `Dataset`, and one loader writes any of them to the stores.

dataset.py       the records of a source
loader.py        writes a dataset: publishing.py the courses, load_counts.py what was written
demo/            generated learners, courses and studies
oulad/           the Open University Learning Analytics Dataset
"""
