"""The corpus' attacks on Heldout, nbgrader and Otter, side by side: `make bench-security`."""
