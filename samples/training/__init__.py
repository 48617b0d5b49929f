"""Texts to learn from, invented in words of their own, and the models that are trained on them."""
