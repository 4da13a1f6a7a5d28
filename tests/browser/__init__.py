"""The console as people use it: a real browser, a real server, the embedded database and the simulator."""
