"""Sessions, live feeds, persisted documents and rates in Redis or Valkey. The only importer of redis.

client.py             the client; the driver's errors → stores.errors
sessions.py           the port of sessions      session_scripts.py   its Lua scripts
resume.py             hot resume points
live.py               the port of live          feed_streams.py      feeds as Redis streams
documents.py          the port of documents     rates.py              the port of rates
updates.py            the encoding of updates   signals.py           mailboxes that are subscribed to a channel
pubsub.py             all subscriptions of a process over one connection, with reconnection
pubsub_connection.py  one subscribed connection
redis_internals.py    the driver's undocumented names that this folder uses
"""
