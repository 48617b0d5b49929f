"""The steps a file goes through, as plain functions over ports: intake, recognise, describe, file.

They know neither Prefect nor the command line; `flows` says when, in what order and how many at once.
"""
