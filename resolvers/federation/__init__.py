"""The gateway as a subgraph of a federated graph (Apollo Federation v2).

platform_entities.py  the entities: the types that other subgraphs may refer to, their keys, and how they are looked up
entities.py           an entity, and reading one from a representation
field_sets.py         the fields that a key consists of, and their values in a representation
subgraph.py           the root fields `_entities` and `_service`
sdl.py                the schema that a router composes
trace.py              how long the fields of an operation took, in the form that routers read (ftv1)
trace_messages.py     its Protobuf messages
"""
