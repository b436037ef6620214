"""PostgreSQL, Redis and RabbitMQ of Debian's packages, run for real, and what Heldout does on them."""
