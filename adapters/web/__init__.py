"""The web: HTTP, WebSocket and the page, on FastAPI and uvicorn."""
