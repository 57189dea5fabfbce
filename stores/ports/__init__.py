"""The ports: one Protocol for each kind of data, implemented by every backend. Standard library only.

catalog.py   published course versions          profiles.py  who a learner is
progress.py  enrolments, the ledger, progress   outbox.py    commits that wait for their consumers
timeline.py  events by time, activity           sessions.py  sessions, presence, hot resume points
live.py      feeds of updates, signals          signals.py   the type of a subscription to signals
activity.py  numbers of courses                 revocations.py documents.py rates.py  the gateway's own data
pinger.py    the health check of every port     stores.py    all ports of a process
"""
