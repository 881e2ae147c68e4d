"""Rasa graph components: what a message means, in which language, and where its writer is. Runs on Python 3.10."""
