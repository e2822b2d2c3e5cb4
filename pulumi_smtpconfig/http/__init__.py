"""HTTP requests: a deadline, retries and a pool, and what a response means."""
