"""nndsl in IPython and Jupyter: `%load_ext nndsl`, then cells that begin with `%%nn`."""
