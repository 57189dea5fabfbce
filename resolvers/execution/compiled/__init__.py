"""The compiled executor: it runs an operation breadth-first, one fetch for each field and level. See docs/execution.md.

counters.py   how many operations were compiled, ran as a plan, or fell back to graphql-core, and why
"""
