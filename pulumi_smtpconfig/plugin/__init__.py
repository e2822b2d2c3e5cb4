"""The native front door: a Pulumi plugin for every language, on the same lifecycle."""
