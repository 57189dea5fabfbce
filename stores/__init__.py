"""What the platform stores, and where. Imports nothing of resolvers and gateway.

domain/   records and their pure rules     ports/    a Protocol for each kind of data
feeds/    shared by the live backends      errors.py all errors that leave this package
memory/ mongo/ sql/ influx/ redis/         the backends: a module for each port, the only importers of the drivers
backoff.py batches.py cancellation.py      delays between attempts, batch sizes, cancelling tasks reliably
"""
