"""Bounds on the time, the memory and the work that clients may take.

operation_slots.py      how many operations run at once
background_writes.py    mutations that run on without their client
request_timeout.py      the X-Request-Timeout header
disconnect.py           cancels the work of a request when its client disconnects
http_protocol.py        the head of a request, the time to send it, and how many connections there are
lingering.py            lets a client read the response to a body that is not read to its end
connection_limit.py     how many connections the process may hold, and what each may take
"""
