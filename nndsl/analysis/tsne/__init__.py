"""t-SNE: maps of rows in two or three dimensions, and new rows placed into one."""
