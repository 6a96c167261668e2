"""The engine of all editors: colours, names, completion, help within calls. It knows no protocol and no terminal."""
