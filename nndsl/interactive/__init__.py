"""A session that grows entry by entry, without a screen: what the prompt, the notebook and Python share."""
