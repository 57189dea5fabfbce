"""Stores in SQL: CockroachDB, and PostgreSQL where it stands in. The only importer of asyncpg.

pool.py       connections, lent and given back     errors.py    the driver's errors → stores.errors
transact.py   one SERIALIZABLE transaction, retried as a whole; single reads
migrate.py    migrations/<set>/NNNN_name.sql       dialect.py   what CockroachDB alone understands
lease.py      who may migrate                      tables.py    many rows as arrays of text
progress.py   the port, its reads by queries.py, its rows ↔ records in rows.py, its writes by
              enrolling.py recording.py ledger.py standings.py, shared by group_commit.py
timeline.py   the port, its rows ↔ records in timeline_rows.py, its weeks in timeline_partitions.py
conditions.py what both restrict their reads by
"""
