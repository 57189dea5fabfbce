"""Stores in SQL: CockroachDB and PostgreSQL. The only importer of asyncpg.

core/        pools, errors, transactions with retries, tables as arrays, migrations and their lease, dialects
progress/    the port of progress: reads, recording in group commits, the ledger, snapshots
outbox/      the port of the outbox, and its rows
timeline/    the port of the timeline in weekly partitions, where there is no InfluxDB
migrations/  <set>/NNNN_name.sql
"""
