"""The timeline in InfluxDB 1, 2 or 3: line protocol in, InfluxQL out. The only importer of influxdb_client.

client.py           the connection; errors of the driver and the server → stores.errors
influxql.py         statements whose values are bound
lines.py            Event → line protocol
event_reader.py     rows → Event, with the attributes that are asked for
influx_internals.py the undocumented interfaces of influxdb-client
timeline.py         the port: pages and counts leave voided events out
"""
