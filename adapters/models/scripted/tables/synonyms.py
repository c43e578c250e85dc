"""Which words people use for which kind of column. Data only; nothing about particular files."""

from functools import lru_cache

from adapters.models.scripted.text import stem, word_list

_SYNONYMS = """
price cost fee expensive cheap pricey costly costs charge
revenue sales turnover income earnings takings
quantity qty units amount pieces items count volume sold
salary pay wage wages income earns paid earning compensation
profit gain margin profitable
age old young years
height tall
weight heavy mass light
length long duration
size large big small
population inhabitants residents populous people
rating score stars rated grade best
speed fast slow quick
temperature temp hot warm cold degrees
date day when recent new latest earliest time ordered
distance far
city town place location
country nation
region area state district territory province
category type kind group class sort genre segment
customer client buyer
product item article goods
employee worker staff person colleague name people
department team division unit
supplier vendor
shop store branch
name who title
discount rebate
stock inventory available
order purchase transaction
year
gender sex
channel source
temperature degree
score points marks result
hours time
"""
ADDITIVE = frozenset(
    stem(word)
    for word in word_list(
        """
    revenue sales turnover income earnings takings quantity qty units amount pieces items count
    volume sold profit gain cost costs spend spending spent expenses expense hours minutes visits
    clicks orders total tax budget purchases visitors donations payments stock inventory population
    points goals calls downloads views impressions
    """
    )
)
PLACES = frozenset(
    stem(word)
    for word in word_list(
        "city town place location region country state district store shop office branch area village"
    )
)
PEOPLE = frozenset(
    stem(word)
    for word in word_list(
        """
    employee worker staff person people colleague name customer client buyer student player seller
    salesperson owner holder tenant manager teacher author user member agent rep representative patient driver
    """
    )
)
SUPERLATIVES = {
    "cheapest": "price",
    "cheaper": "price",
    "priciest": "price",
    "costliest": "price",
    "dearest": "price",
    "expensive": "price",
    "oldest": "age",
    "older": "age",
    "youngest": "age",
    "younger": "age",
    "tallest": "height",
    "taller": "height",
    "heaviest": "weight",
    "heavier": "weight",
    "lightest": "weight",
    "lighter": "weight",
    "longest": "length",
    "longer": "length",
    "shortest": "length",
    "newest": "date",
    "latest": "date",
    "earliest": "date",
    "hottest": "temperature",
    "warmest": "temperature",
    "coldest": "temperature",
    "fastest": "speed",
    "slowest": "speed",
    "farthest": "distance",
    "furthest": "distance",
    "richest": "income",
    "selling": "quantity",
    "popular": "quantity",
    "bestselling": "quantity",
}


@lru_cache(maxsize=1)
def synonyms() -> dict[str, frozenset[str]]:
    """Return, by stem, the stems that may mean the same column."""
    found: dict[str, set[str]] = {}
    for line in _SYNONYMS.strip().split("\n"):
        group = {stem(word) for word in line.split()}
        for word in group:
            found.setdefault(word, set()).update(group)
    for word, base in SUPERLATIVES.items():
        found[stem(word)] = frozenset(found.get(stem(base), {stem(base)})) | {stem(base)}  # type: ignore[assignment]
    return {word: frozenset(group) for word, group in found.items()}
