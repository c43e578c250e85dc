"""Questions about tables: from a file's description and a sentence to SQL, and from its result to an
answer.
"""
