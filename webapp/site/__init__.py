"""What every page has: headers, errors, filters, signing in, uploads, health."""
