"""Homes with owners; written without looking at the model."""

import random

from tests.adapters.models.phrases.book import (
    Book,
    Check,
    Row,
    Table,
    avg,
    city,
    grp,
    has,
    hm,
    med,
    num,
    top,
)
from tests.adapters.models.world import names, tells


def book(rng: random.Random) -> Book:
    towns = names(rng, 8)
    kinds = names(rng, 4)
    owners = names(rng, 40)
    columns = ["id", "town", "kind", "owner", "price", "rooms", "area_sqm"]
    rows: list[Row] = [
        [
            1000 + i,
            rng.choice(towns),
            rng.choice(kinds),
            owners[i],
            rng.randint(80, 990) * 1000,
            rng.randint(1, 9),
            round(rng.uniform(25, 300), 1),
        ]
        for i in range(40)
    ]
    table = Table("homes.csv", columns, rows)
    col, by = table.col, table.by
    a, b, c, p = rng.randint(100, 4999), rng.randint(3, 99), rng.randint(3, 99), rng.randint(3, 45)
    zone = rng.sample(
        [
            "Asia/Bangkok",
            "Europe/Vienna",
            "America/Caracas",
            "Australia/Darwin",
            "Africa/Tunis",
            "America/Halifax",
            "Asia/Manila",
            "Europe/Athens",
        ],
        3,
    )
    place = [city(q) for q in zone]
    t0 = rng.choice([r[1] for r in rows])
    k0 = rng.choice(kinds)
    lim = rng.randint(200, 700) * 1000
    avgp = by("town", "price", avg)
    plain: list[tuple[str, Check]] = [
        (f"how much is {p} percent of {a}, roughly?", num(a * p / 100)),
        (f"Quick math: {a} - {b} * 2", num(a - b * 2)),
        (f"Take {a}, add {b}, then divide by {c}", num((a + b) / c)),
        (f"what do you get when you divide {a} by {b}", num(a / b)),
        (f"sqrt({b * b}) + {c}", num(b + c)),
        (f"What is the product of {b}, {c} and 2?", num(b * c * 2)),
        (f"My rent of {a} goes up by {p}%. What will I pay?", num(a * (100 + p) / 100)),
        (f"{p}% discount on {a} - what's the final price?", num(a * (100 - p) / 100)),
        (f"Sum {a} {b}", lambda t: True),
        (f"What is {a} as a percentage of {a * 4}?", num(25)),
        (f"by how many percent is {a * 2} larger than {a}", lambda t: True),
        (f"How much is {a} euros plus 19 percent tax?", num(a * 1.19)),
        (f"evaluate {b}^2 + {c}^2", num(b * b + c * c)),
        (f"mean of {a} and {b}?", num((a + b) / 2)),
        (f"{b} squared minus {c}", num(b * b - c)),
        (f"how many cm are in {b} inches?", num(b * 2.54)),
        (f"{b} km/h in mph", num(b / 1.609344)),
        (f"change {b} grams into ounces", num(b / 28.349523125)),
        (f"What temperature is {b}°F in °C?", num((b - 32) * 5 / 9)),
        (f"What is the time now in {place[0]} please", has(hm(zone[0]))),
        (f"{place[1]} time?", has(hm(zone[1]))),
        (f"What's the date and time in {place[2]}?", has(hm(zone[2]), "November")),
        (f"when it's midnight in {place[0]} what time is it in {place[1]}", has(hm(zone[1], 0, 0, zone[0]))),
        (
            f"I have a call at 5 pm {place[0]} time. When is that in {place[2]}?",
            has(hm(zone[2], 17, 0, zone[0])),
        ),
        (f"10:15 in {place[1]} is what time in {place[0]}?", has(hm(zone[0], 10, 15, zone[1]))),
        (f"convert 21:40 {place[2]} to {place[1]}", has(hm(zone[1], 21, 40, zone[2]))),
    ]
    attached: list[tuple[str, Check]] = [
        ("What does a home cost on average?", num(avg(col("price")))),
        ("average price by town", grp(avgp)),
        ("What's the average price of each kind?", grp(by("kind", "price", avg))),
        ("Which town is the most expensive on average?", has(max(avgp, key=avgp.__getitem__))),
        ("Where is the average price lowest?", has(min(avgp, key=avgp.__getitem__))),
        (f"How many homes are there in {t0}?", num(len(col("id", lambda r: r[1] == t0)))),
        (f"How many homes cost less than {lim}?", num(len(col("id", lambda r: r[4] < lim)))),
        ("count of homes with more than 4 rooms", num(len(col("id", lambda r: r[5] > 4)))),
        (
            f"average area of {k0} homes",
            num(avg(col("area_sqm", lambda r: r[2] == k0)))
            if col("id", lambda r: r[2] == k0)
            else (lambda t: True),
        ),
        ("What is the maximum price per kind?", grp(by("kind", "price", max))),
        ("Who owns the most expensive home?", has(max(rows, key=lambda r: r[4])[3])),
        ("Which owner has the largest area?", has(max(rows, key=lambda r: r[6])[3])),
        ("total number of rooms", num(sum(col("rooms")))),
        ("number of rooms per town", grp(by("town", "rooms", sum))),
        ("how many towns are in the data?", num(len(set(col("town"))))),
        ("How many homes per kind?", grp(by("kind", "id", len))),
        ("list the towns", has(*set(col("town")))),
        ("cheapest home", lambda t: tells(t.answer, min(col("price")))),
        ("top 4 owners by price", has(*[r[3] for r in sorted(rows, key=lambda r: -r[4])[:4]])),
        (
            f"average price in {t0} for homes with at least 3 rooms",
            num(avg(v)) if (v := col("price", lambda r: r[1] == t0 and r[5] >= 3)) else (lambda t: True),
        ),
        (f"Show all homes in {t0}", has(*col("owner", lambda r: r[1] == t0))),
        ("What is the median area?", num(med(col("area_sqm")))),
        ("Sum of price by kind please", grp(by("kind", "price", sum))),
        ("minimum, maximum and average price", num(min(col("price")), max(col("price")), avg(col("price")))),
        ("How many rows and columns does the file have?", has("40", "7")),
        ("For every town show the number of homes and the average price", grp(avgp)),
        (
            f"what fraction of homes are {k0}?",
            lambda t: tells(t.answer, 100 * len(col("id", lambda r: r[2] == k0)) / 40),
        ),
        (
            "Which kind has the most homes?",
            top(by("kind", "id", len)),
        ),
        ("difference between the highest and lowest price", num(max(col("price")) - min(col("price")))),
        (f"owners in {t0}", has(*col("owner", lambda r: r[1] == t0))),
    ]
    return Book(table, plain, attached)
