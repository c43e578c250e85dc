"""Sales of shops; written without looking at the model."""

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
)
from tests.adapters.models.world import names, tells


def book(rng: random.Random) -> Book:
    stores = names(rng, 7)
    goods = names(rng, 5)
    regions = names(rng, 3)
    columns = ["store", "region", "item", "units_sold", "revenue_eur", "discount", "date"]
    rows: list[Row] = [
        [
            rng.choice(stores),
            None,
            rng.choice(goods),
            rng.randint(1, 60),
            round(rng.uniform(10, 900), 2),
            rng.choice([0, 5, 10, 15]),
            f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        ]
        for i in range(120)
    ]
    reg = {s: rng.choice(regions) for s in stores}
    for r in rows:
        r[1] = reg[r[0]]
    table = Table("sales.csv", columns, rows)
    col, by = table.col, table.by
    a, b, c, p = rng.randint(100, 4999), rng.randint(3, 99), rng.randint(3, 99), rng.randint(3, 45)
    zone = rng.sample(
        [
            "Asia/Seoul",
            "Europe/Madrid",
            "America/Lima",
            "Australia/Adelaide",
            "Africa/Cairo",
            "America/Vancouver",
            "Asia/Dubai",
            "Pacific/Honolulu",
        ],
        3,
    )
    place = [city(q) for q in zone]
    s0 = rng.choice(stores)
    g0 = rng.choice(goods)
    r0 = reg[s0]
    lim = rng.randint(100, 600)
    rev = by("store", "revenue_eur", sum)
    un = by("item", "units_sold", sum)
    plain: list[tuple[str, Check]] = [
        (f"I'd like to know {p}% of {a}.", num(a * p / 100)),
        (f"If I multiply {b} and {c}, what do I get?", num(b * c)),
        (f"How much is {a} minus {p} percent?", num(a * (100 - p) / 100)),
        (f"What's {a} reduced by {b}?", num(a - b)),
        (f"Give me the total of {a}, {b} and {c}.", num(a + b + c)),
        (f"Find the square root of {b * b}", num(b)),
        (f"The bill is {a}. How much is a {p}% tip?", num(a * p / 100)),
        (f"what does {b} cubed equal?", num(b**3)),
        (f"{a:,} + {b * 1000:,} = ?", num(a + b * 1000)),
        (f"how many times does {b} go into {b * c}?", num(c)),
        (f"I earn {a} euros and get a {p} percent raise. What's my new salary?", num(a * (100 + p) / 100)),
        (f"One book costs {b} euros. How much do {c} books cost?", num(b * c)),
        (f"What is one third of {a}?", num(a / 3)),
        (
            f"Can you subtract {b} from {a} and then tell me the time in {place[0]}?",
            lambda t: num(a - b)(t) and has(hm(zone[0]))(t),
        ),
        (f"What is twice {a}?", num(2 * a)),
        (f"ratio of {a} to {b}", num(a / b)),
        (f"({a}+{b})/{c}", num((a + b) / c)),
        (f"round trip: {a} km times 2", num(2 * a)),
        (f"How many kilometers is {b} miles?", num(b * 1.609344)),
        (f"Please convert {b} feet to metres.", num(b * 0.3048)),
        (f"What's {b} ounces in grams?", num(b * 28.349523125)),
        (f"{b} Fahrenheit to Celsius", num((b - 32) * 5 / 9)),
        (f"How many hours are there in {b} days?", num(b * 24)),
        (f"I weigh {b} kilos, what is that in pounds?", num(b / 0.45359237)),
        (f"What's the current local time in {place[0]}?", has(hm(zone[0]))),
        (f"time please, {place[1]}", has(hm(zone[1]))),
        (f"is it already evening in {place[2]}? what's the time there", has(hm(zone[2]))),
        (f"At 6pm in {place[0]}, what time is it in {place[1]}?", has(hm(zone[1], 18, 0, zone[0]))),
        (f"What time is 22:10 in {place[2]} for someone in {place[0]}?", has(hm(zone[0], 22, 10, zone[2]))),
        (f"Translate 4:45 pm {place[1]} time to {place[2]} time", has(hm(zone[2], 16, 45, zone[1]))),
        (
            f"If my flight leaves {place[0]} at 13:25, what time is that in {place[1]}?",
            has(hm(zone[1], 13, 25, zone[0])),
        ),
        (f"What are the times in {place[0]} and {place[2]}?", has(hm(zone[0]), hm(zone[2]))),
    ]
    attached: list[tuple[str, Check]] = [
        ("What is the total revenue?", num(sum(col("revenue_eur")))),
        ("How much revenue did each store make?", grp(rev)),
        ("What was the revenue per region?", grp(by("region", "revenue_eur", sum))),
        (f"How many units did {s0} sell?", num(sum(col("units_sold", lambda r: r[0] == s0)))),
        (f"how many {g0} were sold?", num(sum(col("units_sold", lambda r: r[2] == g0)))),
        ("Which store has the highest revenue?", has(max(rev, key=rev.__getitem__))),
        ("which item sold the fewest units", has(min(un, key=un.__getitem__))),
        ("Best selling item?", has(max(un, key=un.__getitem__))),
        ("What's the average revenue per sale?", num(avg(col("revenue_eur")))),
        ("mean discount by item", grp(by("item", "discount", avg))),
        ("Show me the three stores with the highest revenue", has(*sorted(rev, key=rev.__getitem__)[-3:])),
        ("List the bottom 2 stores by revenue", has(*sorted(rev, key=rev.__getitem__)[:2])),
        (
            f"What is the average revenue in the {r0} region?",
            num(avg(col("revenue_eur", lambda r: r[1] == r0))),
        ),
        (
            f"Total units sold in {r0} for item {g0}",
            num(sum(col("units_sold", lambda r: r[1] == r0 and r[2] == g0))),
        ),
        (f"How many sales had revenue above {lim}?", num(len(col("item", lambda r: r[4] > lim)))),
        ("How many sales had no discount?", lambda t: True),
        ("how many sales had a discount of 10?", num(len(col("item", lambda r: r[5] == 10)))),
        ("number of sales per item", grp(by("item", "item", len))),
        ("how many distinct items are in sales.csv?", num(len(set(col("item"))))),
        ("What regions are there?", has(*set(col("region")))),
        ("what is the largest revenue in a single sale?", num(max(col("revenue_eur")))),
        ("smallest and largest revenue?", num(min(col("revenue_eur")), max(col("revenue_eur")))),
        ("median units sold per store", grp(by("store", "units_sold", med))),
        ("What was our revenue in 2024-05?", num(sum(col("revenue_eur", lambda r: r[6][:7] == "2024-05")))),
        ("total revenue in June 2024", num(sum(col("revenue_eur", lambda r: r[6][:7] == "2024-06")))),
        (
            "monthly revenue",
            lambda t: (
                "2024-0" in t.answer
                and tells(t.answer, sum(col("revenue_eur", lambda r: r[6][:7] == "2024-03")))
            ),
        ),
        ("revenue by store, sorted from high to low", grp(rev)),
        (
            "Give me total revenue and average units sold for each region",
            grp(by("region", "revenue_eur", sum)),
        ),
        (
            f"what percentage of sales happened in {s0}?",
            num(100 * len(col("item", lambda r: r[0] == s0)) / 120),
        ),
        (
            "In which region did we sell the most units?",
            has(max((q := by("region", "units_sold", sum)), key=q.__getitem__)),
        ),
        (f"Sum up the revenue of all stores except {s0}", num(sum(col("revenue_eur", lambda r: r[0] != s0)))),
        (
            "average revenue per item for sales with at least 30 units sold",
            grp(Table("big", columns, [r for r in rows if r[3] >= 30]).by("item", "revenue_eur", avg)),
        ),
        ("What's in this table?", has(*columns)),
        ("first 5 rows please", has(rows[0][0], rows[4][0])),
        ("how big is the dataset?", num(120)),
    ]
    return Book(table, plain, attached)
