"""Rasa's custom actions: look things up, let pure functions compose the reply, say it."""

from actions.answering import ActionAnswer, ActionAnswerQuestion, ActionClarify, ActionShowMenu, ActionShowSources
from actions.language import ActionChangeLanguage, ActionSetLanguage
from actions.requests import ActionEraseConversation, ActionFindServices, ActionRequestCounsellor

__all__ = [
    "ActionAnswer",
    "ActionAnswerQuestion",
    "ActionChangeLanguage",
    "ActionClarify",
    "ActionEraseConversation",
    "ActionFindServices",
    "ActionRequestCounsellor",
    "ActionSetLanguage",
    "ActionShowMenu",
    "ActionShowSources",
]
