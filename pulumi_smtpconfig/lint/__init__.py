"""Rules that find settings that cannot work or are likely wrong."""
