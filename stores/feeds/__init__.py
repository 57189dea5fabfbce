"""What the live backends share: feeds with positions, listeners with bounded queues, and signals.

feed_position.py    positions in a feed, their cursors, entries (a position and an update)
feed_listener.py    the async iterator that a subscription reads; re-reads the feed after a gap
pending_updates.py  the bounded queue of a listener, coalesced for courses
signals.py          mailboxes of keys that changed
"""
