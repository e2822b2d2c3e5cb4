"""HTTP requests: a deadline, retries and proxies, and what a response means."""
