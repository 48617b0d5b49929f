"""Where an S3 server is and how it lets us in: a value without the client library, which is slow to import."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An S3 server: `url` as `https://host:port`, credentials, and the PEM file of its authority if it is our own."""

    url: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    ca: Path | None = None
