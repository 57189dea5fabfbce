"""The four servers of a data folder, as child processes.

servers.py       open_embedded(): joins the servers of a folder or starts them, and stops them at its end
embedded.py      what it yields: their URLs, who they are, what others are told
folder.py        the data folder: its lock, its token secret; state.py what its owner tells others
running.py       one server at its port: stop, kill, start again
server.py        what each of the servers is: its files, its command line, its URL
                 secantus.py postgres.py valkey.py influxd.py (1.x) influxd2.py
child.py         a child process: started, ready, stopped, killed; leash.py ends it when its parent is killed
processes.py     which processes a killed owner left behind
ports.py         which ports are free, who answers there
unprivileged.py  how PostgreSQL runs when we are root
private.py wheel.py patience.py     files for us alone, files of installed packages, waiting
"""
