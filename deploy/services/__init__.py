"""Real servers for development and tests: OpenSearch, MinIO and PostgreSQL on loopback, without containers.

`python -m deploy.services start | stop | status | env`, or `make services`. Each server is installed once into
`.services/`, which git ignores, and keeps its data there. Leaves production to the operator (`docs/operations.md`).
"""
