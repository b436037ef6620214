"""Servers for one application, measured beside each other with slow and with waiting clients."""
