"""Rasa's own command line with logs that hold no texts: `python -m bot.rasa run …` in the Rasa environment."""

from bot.rasa import logs

if __name__ == "__main__":
    logs.install()
    from rasa.__main__ import main

    main()
