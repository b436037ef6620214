"""The ground: clock, database, settings of the service, paging, Markdown and charts."""
