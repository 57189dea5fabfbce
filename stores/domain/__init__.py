"""Records and their pure rules. Standard library only; no I/O.

catalog.py profiles.py progress.py sessions.py activity.py  records of the ports
rates.py rebuilds.py revocations.py persisted_documents.py  those of the gateway's own data
events.py event_codec.py event_digest.py event_validity.py  events, their encoding, digest and validity (xAPI)
event_columns.py slots.py events with the attributes that were asked for; the order of events of one moment
admission.py              verdicts on events that are to be recorded
item_progress.py time_spent.py progress_projection.py       what progress means: folds over events (cmi5)
progress_codec.py         progress as JSON
commit.py outbox.py       what a commit puts into the outbox; consumers, partitions, leases
updates.py activity_change.py queue_counts.py               live updates, the keys of feeds, queues of subscribers
enrollment_order.py       orders and filters of a course's enrolments
item_counts.py course_summary.py streak.py                  numbers of courses; runs of days with activity
calendar.py rfc3339.py paging.py write_queue.py             windows of local time, times as text; pages; queues
names.py folding.py       searches for names and titles that ignore accents, case and Unicode form
profile_mapping.py profile_values.py                        profiles in documents of another application
documents.py              open documents                  keys.py         keys that clients choose
certificates.py prerequisites.py                            what a certificate certifies; locked and next items
quick_records.py generated_code.py uuids.py uuid7.py        records, functions and UUIDs, made fast; UUIDs by time
"""
