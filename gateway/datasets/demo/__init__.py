"""The demo's dataset, generated from a seed, and its place in a data folder.

courses.py, items.py       the courses
profiles.py                the learners
study_plan.py              what each learner studies, when and how well
enrollment_simulator.py    the sessions and events of one enrolment
study_history.py           all studies of one learner until now
dataset.py                 all learners as a `Dataset`
load_state.py, prepare.py  load it into the stores of a data folder, once
viewers.py                 the viewers that get tokens
"""
