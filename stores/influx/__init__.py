"""The timeline in InfluxDB 1, 2 or 3: line protocol in, InfluxQL out. The only importer of influxdb_client.

client.py     the connection; the driver's and the server's errors → stores.errors
influxql.py   statements whose values are bound    lines.py    Event ↔ line protocol, tags, slots of time
timeline.py   the port: its reads                  keeping.py  append and remove, chunk by chunk
arrivals.py   events on their way in               around.py   what is stored around them, read or remembered
kept.py       a learner's quarter of an hour       memory.py   what this process remembers of such quarters
rollup.py     the roll-ups of touched quarters, made again           deleting.py  points, until they are gone
"""
