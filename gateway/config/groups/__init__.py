"""The groups of settings, one module each. `settings.py` reads them from the environment.

settings_group.py  SettingsGroup, and the kinds of values that several groups use
auth.py, claims.py  tokens                http.py        address, bodies, time
documents.py  persisted documents         limits.py      size and cost of operations
policy.py     who may do what             rates.py       requests per client
federation.py the subgraph                executor.py    how operations run
cache.py      what queries share          resilience.py  while a store fails
profiles.py, proxies.py, relay.py, log.py, metrics.py
"""
