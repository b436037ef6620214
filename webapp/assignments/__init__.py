"""Where an assignment's files come from: brought to the site, or placed in the shared folder."""
