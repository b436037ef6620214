"""PostgreSQL, Redis and RabbitMQ of Debian's packages, run for real, and Heldout on them."""
