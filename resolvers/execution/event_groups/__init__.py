"""Groups of subscribers that get the same of each event: it is executed and serialised once for all of them.

group_key.py        what makes two subscribers members of one group
event_group.py      one group: the executor of its events
execution.py        the execution of one event, and its waiters
recent_results.py   the results that later members take, bounded
event_groups.py     the groups of a process, and the membership of a subscriber
"""
