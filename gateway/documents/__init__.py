"""Persisted documents: GraphQL texts that requests name by an id. This folder knows no HTTP.

trusted_documents.py     the documents of a deployment, found by their ids
read_documents.py        reads them at start-up from GATEWAY_DOCUMENTS_PATH, a manifest or a folder
manifest.py              the JSON forms of Apollo and Relay
operation_files.py       a folder of .graphql files, whose fragments are resolved across files
validation.py            checks them against the schema and the limits
registered_documents.py  what clients registered: a cache of the process before the store that all processes share
text_cache.py            that cache
"""
