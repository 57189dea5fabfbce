"""What an operation may ask for, checked in the order of these modules:

document_text.py   the size of the text, before it is parsed, and its tokens
document_limits.py the size of the parsed document, before it is validated, and who may introspect
cost_rules.py      the costs of the schema's fields, out of `@cost` and `@listSize`
cost.py            the estimated cost, after the variables are coerced and before any resolver runs; argument_values.py
response_size.py   the size of a response, while its values are completed
response_cost.py   the cost of a response, for traces
exceeded.py        the error of what goes beyond a limit, and its log line

The ceiling of store calls is in `resolvers/data/store_calls.py`.
"""
