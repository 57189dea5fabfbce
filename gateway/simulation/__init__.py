"""Learning as it happens, for those who watch: events of now, written by the same commands as those of clients.

demo_learners.py, live_stores.py     the demo's learners study for as long as the stores are open
next_session.py, session_slot.py     what a learner does next; the session that takes place in one slot
replay.py, replay_schedule.py        recorded events again, when they fall due at a speed
replay_setup.py, replay_display.py   what a replay needs first; how it proceeds, on the console
periodic_tasks.py, restamper.py      work that is repeated for ever; events with a new time and id
simulated_writes.py                  the write commands, in the name of the simulation and of its learners
"""
