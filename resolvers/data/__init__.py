"""How the graph reads the stores.

dataloaders.py    what a path is, and Loaders: the reads of one operation; key_sets.py: their sets of keys
store_calls.py    store calls: deadlines, counts, trace; store_reads.py: reads that are shared, or stale
guarded_call.py   one call: its guard, its deadline, the second attempt of a read; guards.py: what a guard is
shared_reads/     what operations share, and the last good values
access_paths.py   paths that read one store; also course_enrollment_paths.py, course_number_paths.py, list_paths.py,
                  streak_paths.py
derived_paths.py  paths that are computed from others; also visible_paths.py, course_version_paths.py,
                  item_order_paths.py, certificate_paths.py, local_activity_paths.py, reference_paths.py,
                  student_paths.py
references.py     LearnerRef and CourseRef: parent records that cost no call
"""
