"""A served gateway under attack, with the embedded servers of a small demo.

documents.py          hostile documents, each with the limit that refuses it
generated.py          random documents of the schema, right and wrong
served.py             `quadrangle serve` over a demo's data, and tokens of each role
test_documents.py     each hostile document beside a well-behaved client
test_generated.py     thousands of generated documents: no 5xx, no leaked text, flat memory
test_sockets.py       sockets that open and close: flat memory, no task left
"""
