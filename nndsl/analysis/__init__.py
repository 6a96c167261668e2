"""Looking at data: principal components, maps, nearest neighbours, clusters, as native code."""
