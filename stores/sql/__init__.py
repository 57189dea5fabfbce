"""Stores in SQL: CockroachDB, and PostgreSQL in its place. The only importer of asyncpg.

core/        connections, transactions with retries, migrations and their lease, the dialect, rows as arrays of text,
             the columns of events
progress/    the port Progress: reads.py with queries.py; writes in progress.py, which batching.py and group_commit.py
             cut and share; in a transaction enrolling.py, recording.py, ledger.py, snapshot.py, changes.py,
             enrollment_counts.py, saving.py; refold.py works on whole ledgers, rebuilds.py keeps positions; tables.py
             and rows.py translate
activity/    the port Activity: its tables are written in the transactions of progress
outbox/      the port Outbox, its rows, and the commits of this process that need no decoding
timeline/    the port Timeline in one table, PostgreSQL only; old_layout.py drops the tables of earlier versions
migrations/  numbered SQL files, one folder for each set, and steps.py: those that are Python
"""
