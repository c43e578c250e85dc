"""The event log in a SQL database: statements, transactions, and the store they make."""
