"""How Afstem is run: the command line, the schedules and the demo."""
