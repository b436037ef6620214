"""What a site shows, kept as text, so that two checkouts of the product can be compared."""
