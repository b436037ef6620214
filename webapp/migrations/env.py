"""Alembic's entry: migrate on the connection that `webapp.migrations` opened.

What the models say now is given only where a migration is drafted or compared with them: none
that runs may depend on it.
"""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["models"],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
