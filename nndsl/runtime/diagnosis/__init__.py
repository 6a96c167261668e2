"""What is wrong with a network that was trained, and what to try: one module for each family of findings."""
