"""What keeps a store that fails from costing more than its own fields (docs/resilience.md).

breaker.py        opens and closes by the calls and pings of one store
store_guards.py   the guards of all stores: a breaker, and a bound on the calls under way, for reads and for writes
probing.py        pings each store every second
"""
