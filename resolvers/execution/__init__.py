"""The life of an operation, from its text to its result.

document_cache.py     the documents that a schema has parsed
operation.py          its context, refusals, masked errors and traces, as an extension of Strawberry
repeated_document.py  the same for a known document, without Strawberry's life cycle
event_executor.py     the executor: by a plan (compiled/, payloads.py) or by graphql-core; deadline.py: for how long
sources.py            which stores an answer was read from, and how current their values are
event_groups/         one execution of an event for all subscribers with equal rights
limits/               what an operation may ask for; coercion.py: errors of the values of variables
graphql_internals.py  the undocumented interfaces of graphql-core
"""
