"""A served gateway under steady load while its servers fail: `python -m tests chaos`, and `python -m tests soak`.

place.py          a gateway process whose four servers are behind proxies
load.py           the load: reads and writes of each store, at a fixed rate
faults.py         what happens to a server: delayed, stalled, cut, killed
gateway_state.py  what the gateway's metrics and the kernel say about the process
breaker_log.py    when breakers opened and closed
chaos.py          one fault after another, and what was seen
report.py         the figures as a table, and what must not happen
soak.py           the load alone for minutes: memory, tasks and descriptors stay flat
"""
