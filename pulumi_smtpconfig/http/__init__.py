"""HTTP requests with a deadline, retries and a pool; knows neither mail nor tokens."""
