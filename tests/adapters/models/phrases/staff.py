"""Staff with departments and salaries; written without looking at the model."""

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
from tests.adapters.models.world import names


def book(rng: random.Random) -> Book:
    regions = names(rng, 5)
    people = names(rng, 30)
    depts = names(rng, 4)
    columns = ["employee", "department", "office", "salary", "years_employed", "hired_on"]
    rows: list[Row] = [
        [
            people[i],
            rng.choice(depts),
            rng.choice(regions),
            rng.randint(28000, 99000),
            rng.randint(0, 25),
            f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        ]
        for i in range(30)
    ]
    table = Table("staff.csv", columns, rows)
    col, by = table.col, table.by
    a, b, c, p = rng.randint(100, 4999), rng.randint(3, 99), rng.randint(3, 99), rng.randint(3, 45)
    zone = rng.sample(
        [
            "Asia/Singapore",
            "Europe/Helsinki",
            "America/Mexico_City",
            "Australia/Perth",
            "Africa/Lagos",
            "America/Denver",
            "Asia/Karachi",
            "Atlantic/Reykjavik",
        ],
        3,
    )
    place = [city(q) for q in zone]
    d0 = rng.choice(depts)
    o0 = rng.choice([r[2] for r in rows])
    lim = rng.randrange(40000, 80000, 1000)
    y = rng.randint(3, 15)
    means = by("department", "salary", avg)
    cnt = by("office", "salary", len)
    plain: list[tuple[str, Check]] = [
        (f"Could you tell me what {p} per cent of {a} comes to?", num(a * p / 100)),
        (f"work out {a} x {b}", num(a * b)),
        (f"{a} divided by {b}, please", num(a / b)),
        (f"If I subtract {b} from {a}, what is left?", num(a - b)),
        (f"What is the sum of {a} and {b}?", num(a + b)),
        (f"I have {a} apples and eat {b} of them. How many are left?", num(a - b)),
        (f"How much would {b} tickets at {c} each cost?", num(b * c)),
        (f"What's the result of {a} plus {p}%?", num(a * (100 + p) / 100)),
        (f"A jacket costs {a} euros. What is the price after a {p}% discount?", num(a * (100 - p) / 100)),
        (f"Add {p} percent VAT to {a}", num(a * (100 + p) / 100)),
        (f"What would a {p} % tip be on a bill of {a}?", num(a * p / 100)),
        (f"Reduce {a} by {p} percent", num(a * (100 - p) / 100)),
        (f"cube of {b}", num(b**3)),
        (f"what is the mean of {a}, {b}, {c} and {p}", num((a + b + c + p) / 4)),
        (f"Compute ({a} - {b}) / {c}", num((a - b) / c)),
        (f"how much is three quarters of {a}?", num(a * 0.75)),
        (f"{b} times {c} minus {p}", num(b * c - p)),
        (f"Can you double {a} for me?", num(a * 2)),
        (f"What's {a} to the nearest… no, just {a} / {b}", lambda t: True),
        (f"what is {p}% off {a}?", num(a * (100 - p) / 100)),
        (f"product of {b} and {c}?", num(b * c)),
        (f"What number is {p}% of {a}?", num(a * p / 100)),
        (f"if {b} people share {a} dollars equally how much does each one get", num(a / b)),
        (f"Turn {b} kilometres into miles", num(b / 1.609344)),
        (f"How far is {b} miles in kilometres?", num(b * 1.609344)),
        (f"what is {b} °C in Fahrenheit?", num(b * 9 / 5 + 32)),
        (f"{b} lbs in kilograms", num(b * 0.45359237)),
        (f"How many litres are {b} gallons?", num(b * 3.785411784)),
        (f"Express {b} metres in feet", num(b / 0.3048)),
        (f"what's the time in {place[0]} now?", has(hm(zone[0]))),
        (f"Do you know what time it is in {place[1]} at the moment?", has(hm(zone[1]))),
        (f"current time {place[2]}", has(hm(zone[2]))),
        (f"I'm calling a friend in {place[0]}, how late is it there?", has(hm(zone[0]))),
        (f"what's today's date in {place[1]}?", has("November 2026")),
        (f"It's 8:30 pm in {place[0]}. What time is it in {place[2]}?", has(hm(zone[2], 20, 30, zone[0]))),
        (
            f"What will the time be in {place[1]} when clocks in {place[2]} show 16:45?",
            has(hm(zone[1], 16, 45, zone[2])),
        ),
        (
            f"Our meeting starts at 11 am {place[1]} time, when is that in {place[0]}?",
            has(hm(zone[0], 11, 0, zone[1])),
        ),
        (f"Convert 07:20 in {place[2]} to {place[1]} time", has(hm(zone[1], 7, 20, zone[2]))),
        (f"Give me the time in {place[0]}, {place[1]} and {place[2]}", has(*(hm(q) for q in zone))),
        (
            f"What is {a} times {b}? Also, what time is it in {place[0]}?",
            lambda t: num(a * b)(t) and has(hm(zone[0]))(t),
        ),
        (f"Tell me {p}% of {a} and convert {b} miles to km", num(a * p / 100, b * 1.609344)),
    ]
    attached: list[tuple[str, Check]] = [
        ("What's the mean salary?", num(avg(col("salary")))),
        ("Show the average salary by department.", grp(means)),
        ("For each office, how many employees are there?", grp(cnt)),
        ("Who earns the most?", has(max(rows, key=lambda r: r[3])[0])),
        ("Which employee has the lowest salary?", has(min(rows, key=lambda r: r[3])[0])),
        ("Which department pays the highest average salary?", has(max(means, key=means.__getitem__))),
        (f"How many people work in {d0}?", num(len(col("salary", lambda r: r[1] == d0)))),
        (f"How many employees earn more than {lim:,}?", num(len(col("salary", lambda r: r[3] > lim)))),
        (f"What is the total salary of the {o0} office?", num(sum(col("salary", lambda r: r[2] == o0)))),
        ("What is the sum of all salaries in staff.csv?", num(sum(col("salary")))),
        ("give me the max salary per department", grp(by("department", "salary", max))),
        ("minimum salary for each office?", grp(by("office", "salary", min))),
        ("How many departments are there?", num(len(set(col("department"))))),
        ("Which offices do we have?", has(*set(col("office")))),
        ("Name the 3 best paid employees", has(*[r[0] for r in sorted(rows, key=lambda r: -r[3])[:3]])),
        ("List the top 5 employees by salary", has(*[r[0] for r in sorted(rows, key=lambda r: -r[3])[:5]])),
        (
            f"average salary of people employed for at least {y} years",
            num(avg(col("salary", lambda r: r[4] >= y))),
        ),
        (
            f"number of employees with fewer than {y} years_employed",
            num(len(col("salary", lambda r: r[4] < y))),
        ),
        ("how many rows does the table have", num(30)),
        ("What is the median salary in each department?", grp(by("department", "salary", med))),
        (
            "Which office has the most employees?",
            lambda t: any(k in t.answer for k in cnt if cnt[k] == max(cnt.values())),
        ),
        ("average years employed per office", grp(by("office", "years_employed", avg))),
        (f"who works in {d0}", has(*col("employee", lambda r: r[1] == d0))),
        (
            "how many employees were hired after 2018-01-01?",
            num(len(col("salary", lambda r: r[5] > "2018-01-01"))),
        ),
        (f"show me everyone with a salary below {lim}", has(*col("employee", lambda r: r[3] < lim))),
        (
            "In which department is the total salary largest?",
            has(max((s := by("department", "salary", sum)), key=s.__getitem__)),
        ),
        ("salary range?", num(min(col("salary")), max(col("salary")))),
        (
            f"What is the average salary in {d0} and how many people work there?",
            num(avg(col("salary", lambda r: r[1] == d0))),
        ),
        ("Which columns are in the file?", has(*columns)),
        ("count employees grouped by department", grp(by("department", "salary", len))),
        ("what is the highest salary and who earns it?", num(max(col("salary")))),
    ]
    return Book(table, plain, attached)
