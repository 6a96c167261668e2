"""The prompt: a thin terminal over an interactive session. What is entered means the same as in a script."""
