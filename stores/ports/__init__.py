"""What is kept: the language of the domain. Frozen records, pure rules, a Protocol a port; standard library only.

events.py     an interaction as the ledger and the timeline keep it (xAPI), verbs, the body's digest
catalog.py    courses, their published versions, modules and items (cmi5)
facts.py fold.py judge.py   what progress means: pure rules over a registration's events
profiles.py progress.py timeline.py sessions.py   the ports, with their records
outbox.py live.py   what follows from commits: who is owed it, and who watches   signals.py hints to look again
commits.py what a commit is   parts.py progress as JSON   listening.py places.py  a feed's listeners and cursors
documents.py open documents: what every store can give back exactly
calendar.py   windows of time in a learner's time zone
paging.py     pages and opaque keyset cursors
stores.py     the ports side by side
"""
