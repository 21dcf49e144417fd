"""The JSON routes, which the command line speaks while a server runs."""
