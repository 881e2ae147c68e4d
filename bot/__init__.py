"""Baken: guides people who may be victims of human trafficking or smuggling in Brussels to help."""
