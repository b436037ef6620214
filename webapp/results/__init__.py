"""Results: one attempt read, asked about and given points by hand."""
