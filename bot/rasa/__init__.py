"""The other extension points of Rasa: wording, tracker store, logs, evaluation. Runs on Python 3.10."""
