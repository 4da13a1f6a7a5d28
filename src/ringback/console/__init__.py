"""The console as the browser gets it: the files that `console/` is built into."""
