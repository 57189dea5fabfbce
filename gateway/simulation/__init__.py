"""Learning as it happens, for whoever watches: events of now, through the write path, at their own pace.

steps.py      work that falls due again and again, whatever store is away meanwhile
fresh.py      events as of now: fresh ids in the order of time
learners.py   the demo's learners go on studying (worlds/demo_live.py says what they do); seats.py where they sit
schedule.py   when events of the past fall due at a speed; recorded.py records them as they do; telling.py tells
"""
