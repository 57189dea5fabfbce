"""The compiled executor: it runs an operation breadth-first, one fetch for each field and level. See docs/execution.md.

plan_cache.py     the plans of a schema by operation; counters.py: what ran as a plan, and why others did not
compile.py        an operation becomes a tree of plans; field.py: a field of it; arguments.py: its arguments
plan.py           the plan of a selection set: begin (read) and finish (build)
execute.py        runs a plan; run.py: one run, and what it waits for; trace.py: what `extensions.plan` shows of it
sources.py        where columns come from: attributes, functions and resolvers
store_sources.py  fields that read a store; root_sources.py: root fields; requests.py: the keys of a level
masks.py          permissions for all rows of a level
completion.py     columns become parts of the response: null, leaves, lists; objects.py and distinct.py: objects
builder.py        generated code that builds objects; leaves.py: scalars and enums in it
value_by_value.py builds a level in which something is wrong; values.py: columns, errors and paths
"""
