"""What first line knows, and the tool that finds it."""

from typing import Any

ARTICLES = {
    "Printer does not print": "Check the paper, then the cable, then whether it is plugged in.",
    "Password forgotten": "Use the link below the login form. We cannot see passwords.",
    "Printer is on fire": "Leave the building. Do not open a ticket first.",
}


async def search_articles(words: str) -> list[dict[str, Any]]:
    """Find articles in which every word occurs."""
    wanted = words.lower().split()
    texts = {title: f"{title} {text}".lower() for title, text in ARTICLES.items()}
    return [
        {"title": title, "text": ARTICLES[title]}
        for title, text in texts.items()
        if all(word in text for word in wanted)
    ]
