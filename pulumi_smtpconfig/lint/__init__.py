"""Rules that find settings that cannot work and likely mistakes."""
