"""The rate limit: what each subject, or each address without a token, may use.

accounts.py       who an operation is charged to
rate_limit.py     admits and charges the operations of accounts, from leased units
shared_rates.py   the port of rates; in its place, while the store is down, the levels of this process
"""
