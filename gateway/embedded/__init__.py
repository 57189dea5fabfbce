"""The embedded servers of a data folder, run as child processes.

open_servers.py       open_embedded(): joins the running servers of a folder, or starts them and stops them at the end
embedded_servers.py   what it yields: URLs, the owner, the published state
folder.py             the data folder: its lock and its token secret
folder_state.py       state.json, which the owner writes for other processes
server_definition.py  what one server is: files, command line, URL. One module each:
                      secantus.py postgres.py valkey.py influxd.py (1.x) influxd2.py
setup_run.py          a server that runs for a moment while its user is created
running_server.py     one server on its port: start, stop, kill
restarts.py           restarts servers that end, and gives up on one that ends too often
child_process.py      a child process; parent_death_signal.py ends it when its parent dies
processes.py          processes identified by pid and start time; how to end them
loopback.py           free TCP ports and probes on 127.0.0.1
run_as.py             how PostgreSQL runs when the gateway is root
secret_files.py       files that only this user may read
package_files.py      files of installed packages
wait_until.py         polling with a timeout
"""
