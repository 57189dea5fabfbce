"""The graph: the GraphQL schema over the stores' ports. Knows no HTTP and no database.

schema.py             builds the schema from the three *_root.py
query_root.py         the root fields of queries, subscription_root.py of subscriptions, mutation_root.py of mutations
context.py            what resolvers are given: a Peer per request or socket, a Context per operation
viewer.py             who makes a request; permissions.py: what the code asks about them
policy/               the table of who may see and do what
errors.py             the errors that clients see (error_codes.py); health.py, store_states.py: the state of the stores
limits.py             what an operation may ask for; value_rules.py: rules of values that clients send
types/                one GraphQL type, or a family of them, per module: views of the stores' records
data/                 access paths to the stores, and the data loaders that batch them
subscriptions/        the sources of events, and the topics that subscribers share
writes/               write commands without GraphQL; mutations/: their inputs and payloads
documents/            parsed documents, and what is known of each before it runs
execution/            the life cycle of an operation: document cache, executors, masking of errors, trace
federation/           the schema as a subgraph
"""
