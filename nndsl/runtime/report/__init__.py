"""One HTML page about what a session has done."""
