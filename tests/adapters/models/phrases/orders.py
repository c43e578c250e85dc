"""Orders with cities, products, prices and dates; the wordings the model was developed with."""

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
    cities = names(rng, 6)
    products = names(rng, 25)
    cats = names(rng, 4)
    rows: list[Row] = [
        [
            rng.choice(cities),
            rng.choice(cats),
            products[i % 25],
            round(rng.uniform(5, 200), 2),
            rng.randint(1, 40),
            f"2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        ]
        for i in range(80)
    ]
    columns = ["city", "category", "product", "unit_price", "quantity", "order_date"]
    table = Table("orders.csv", columns, rows)
    col, by = table.col, table.by
    a, b, c, p = rng.randint(10, 999), rng.randint(2, 99), rng.randint(2, 99), rng.randint(3, 60)
    zone = rng.sample(
        [
            "Asia/Tokyo",
            "Europe/Lisbon",
            "America/Bogota",
            "Australia/Brisbane",
            "Africa/Nairobi",
            "America/Sao_Paulo",
            "Asia/Kathmandu",
            "Pacific/Auckland",
        ],
        3,
    )
    place = [city(q) for q in zone]
    ct0 = rng.choice(cities)
    cat0 = rng.choice(cats)
    lim = rng.randint(50, 120)
    avgc = by("city", "unit_price", avg)
    qtyc = by("city", "quantity", sum)
    best = max(avgc, key=avgc.__getitem__)
    low = min(avgc, key=avgc.__getitem__)
    tq = max(qtyc, key=qtyc.__getitem__)
    months = Table("months", ["month", "quantity"], [[r[5][:7], r[4]] for r in rows])
    plain: list[tuple[str, Check]] = [
        (f"What is {p} % of {a * 10:,}?", num(a * 10 * p / 100)),
        (f"calculate {a} plus {b} times {c}", num(a + b * c)),
        (f"How much is {a} divided by {b}?", num(a / b)),
        (f"what's {a} minus {b}", num(a - b)),
        (f"Please multiply {a} by {b}", num(a * b)),
        (f"What do I get if I add {a} to {b}?", num(a + b)),
        (f"half of {a}", num(a / 2)),
        (f"square root of {a * a}", num(a)),
        (f"what is {b} squared?", num(b * b)),
        (f"Increase {a} by {p} %", num(a * (100 + p) / 100)),
        (f"If something costs {a} and I get {p}% off, what do I pay?", num(a * (100 - p) / 100)),
        (f"a {p}% tip on {a} dollars", num(a * p / 100)),
        (f"What is the average of {a}, {b} and {c}?", num((a + b + c) / 3)),
        (f"sum of {a}, {b}, {c} please", num(a + b + c)),
        (f"({a} + {b}) * {c}", num((a + b) * c)),
        (f"I need to split a bill of {a} between {b} people, how much does each pay?", num(a / b)),
        (f"What's {a} including {p}% VAT?", num(a * (100 + p) / 100)),
        (f"what percentage of {a} is {b}?", num(b / a * 100)),
        (f"{b} is what percent of {a}", num(b / a * 100)),
        (f"What is the difference between {a} and {b}?", num(abs(a - b))),
        (f"two thirds of {a}", num(a * 2 / 3)),
        (f"{b} to the power of 3", num(b**3)),
        (f"take {p} percent away from {a}", num(a * (100 - p) / 100)),
        (f"how much is a quarter of {a}", num(a / 4)),
        (f"convert {b} miles to km", num(b * 1.609344)),
        (f"How many pounds is {b} kg?", num(b / 0.45359237)),
        (f"what's {b} degrees celsius in fahrenheit", num(b * 9 / 5 + 32)),
        (f"how many minutes are in {b} hours", num(b * 60)),
        (f"{b} inches in cm?", num(b * 2.54)),
        (f"What time is it in {place[0]}?", has(hm(zone[0]))),
        (f"Tell me the current time in {place[0]} and {place[1]}", has(hm(zone[0]), hm(zone[1]))),
        (f"when it is 3 pm in {place[0]}, what time is it in {place[1]}?", has(hm(zone[1], 15, 0, zone[0]))),
        (f"convert 9:15 am from {place[0]} to {place[1]}", has(hm(zone[1], 9, 15, zone[0]))),
        (f"What is 14:30 {place[0]} time in {place[1]}?", has(hm(zone[1], 14, 30, zone[0]))),
        (f"If it's noon in {place[2]}, what's the time in {place[0]}?", has(hm(zone[0], 12, 0, zone[2]))),
        (f"time in {zone[2]} right now", has(hm(zone[2]))),
        (
            f"My call is at 10:45 in {place[0]}. What time is that in {place[1]}?",
            has(hm(zone[1], 10, 45, zone[0])),
        ),
        (f"what day is it in {place[1]}", has("2026")),
        (
            f"What is {p} % of {a}, and what time is it in {place[1]}?",
            lambda t: num(a * p / 100)(t) and has(hm(zone[1]))(t),
        ),
        (f"{p}% of {a} and the time in {place[0]}", lambda t: num(a * p / 100)(t) and has(hm(zone[0]))(t)),
    ]
    attached: list[tuple[str, Check]] = [
        ("What is the average unit price?", num(avg(col("unit_price")))),
        ("average unit price per city", grp(avgc)),
        ("What is the mean price for each city in orders.csv?", grp(avgc)),
        ("total quantity by category", grp(by("category", "quantity", sum))),
        ("How many rows are in the file?", num(80)),
        (f"how many orders are from {ct0}?", num(len(col("city", lambda r: r[0] == ct0)))),
        (f"What is the total quantity in {ct0}?", num(sum(col("quantity", lambda r: r[0] == ct0)))),
        (f"how many rows have a unit price over {lim}", num(len(col("city", lambda r: r[3] > lim)))),
        (f"average quantity where unit_price > {lim}", num(avg(col("quantity", lambda r: r[3] > lim)))),
        ("Which city has the highest average unit price?", has(best)),
        ("which city has the lowest average price", has(low)),
        ("Which city sold the most?", has(tq)),
        ("What is the highest unit price?", num(max(col("unit_price")))),
        ("find the minimum and maximum unit price", num(min(col("unit_price")), max(col("unit_price")))),
        ("median unit price", num(med(col("unit_price")))),
        ("median price per category", grp(by("category", "unit_price", med))),
        ("How many different products are there?", num(25)),
        ("list all the cities", has(*set(col("city")))),
        ("top 3 cities by quantity", has(*sorted(qtyc, key=qtyc.__getitem__, reverse=True)[:3])),
        (
            "show the 2 cities with the highest total quantity",
            has(*sorted(qtyc, key=qtyc.__getitem__, reverse=True)[:2]),
        ),
        ("count the rows per city", grp({k: len(v) for k, v in by("city", "city", list).items()})),
        (f"what is the average price in {ct0.lower()}?", num(avg(col("unit_price", lambda r: r[0] == ct0)))),
        (f"sum of quantity for category {cat0}", num(sum(col("quantity", lambda r: r[1] == cat0)))),
        (
            f"average price of {cat0} in {ct0}",
            lambda t: (
                (not col("city", lambda r: r[0] == ct0 and r[1] == cat0))
                or num(avg(col("unit_price", lambda r: r[0] == ct0 and r[1] == cat0)))(t)
            ),
        ),
        ("what columns does the table have?", has(*columns)),
        ("Which product is the cheapest?", has(min(rows, key=lambda r: r[3])[2])),
        ("what is the most expensive product in orders.csv", has(max(rows, key=lambda r: r[3])[2])),
        (
            "average price and total quantity per city",
            lambda t: grp(avgc)(t) and all(tells(t.answer, v) for v in qtyc.values()),
        ),
        (
            "How many orders were placed after 2025-06-15?",
            num(len(col("city", lambda r: r[5] > "2025-06-15"))),
        ),
        (
            "What was the total quantity in March 2025?",
            num(sum(col("quantity", lambda r: r[5][:7] == "2025-03")) or 0)
            if col("quantity", lambda r: r[5][:7] == "2025-03")
            else has("no rows"),
        ),
        (
            "total quantity per month",
            grp(months.by("month", "quantity", sum)),
        ),
        (
            f"number of orders with a price between 20 and {lim}",
            num(len(col("city", lambda r: 20 <= r[3] <= lim))),
        ),
        ("how much quantity was sold in total?", num(sum(col("quantity")))),
        ("Compute the avg quantity grouped by category and city", lambda t: "| " in t.answer),
        (f"which products cost more than {lim}?", has(*set(col("product", lambda r: r[3] > lim)))),
        ("rank the cities by average price", grp(avgc)),
        ("what share of the rows are from " + ct0, num(100 * len(col("city", lambda r: r[0] == ct0)) / 80)),
        (
            f"Compare the average price in {cities[0]} and {cities[1]}",
            grp({k: avgc[k] for k in cities[:2] if k in avgc}),
        ),
        ("summarise orders.csv", has("80", *columns)),
        ("what's the avarage prise per city", grp(avgc)),
    ]
    return Book(table, plain, attached)
