"""Parsed documents, and what is known of each before it runs.

document.py            a document: its operations, size, errors and fixed costs, each computed once
document_size.py       how large it is, in one pass
event_variables.py     the variables that the execution of an event reads
public_operations.py   whether an operation needs no token
variables.py           the variables of an operation, and how their values are coerced
input_coercers.py      functions that coerce the values of input types, generated once for each type
"""
