"""HTTP clients of tests: all share one set of certificates, since to load it costs more than a request."""

import ssl
from typing import Any

import httpx2

CERTIFICATES = ssl.create_default_context()


def http_client(url: str, **options: Any) -> httpx2.AsyncClient:
    """Return a client for this address."""
    return httpx2.AsyncClient(base_url=url, verify=CERTIFICATES, trust_env=False, **options)
