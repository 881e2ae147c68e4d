"""Conversations and their messages: storing, ordering, answering, handing over, erasing."""
