"""Products, orders, payments, refunds and the credits they bring."""
