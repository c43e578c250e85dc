"""Each rule finds what is planted into real packages, 50 times in varied forms, and leaves as many near
misses alone: recall and precision are both at least 95 %.
"""

import pytest

from services.audit.audit import RULES
from tests.audit.planting.plants import FORMS, FOUND, LEFT_ALONE, forms, found, host_facts, judged, planted

COUNT = 50
PACKAGES = ("anyio", "starlette", "click")
HOMES = {"import-cycle": "rings/{n}_a.py", "duplicate-class": "twins/{n}_a.py"}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_planted_is_found_and_near_misses_are_not(rule: str) -> None:
    number = list(RULES).index(rule)
    package, home = PACKAGES[number % len(PACKAGES)], HOMES.get(rule, "planted/{n}.py")
    plants = planted(package, forms(rule, FOUND), COUNT, seed=number, home=home)
    misses = planted(package, forms(rule, LEFT_ALONE), COUNT, seed=number + 100, home=home)
    told = judged(package, rule, plants.files)
    wrong = (told - plants.expected) | judged(package, rule, misses.files)
    hits = told & plants.expected
    assert len(plants.expected) >= COUNT
    missed = sorted(plants.expected - told)
    assert len(hits) >= 0.95 * len(plants.expected), [(place, plants.files[place[0]]) for place in missed]
    assert len(hits) >= 0.95 * len(hits | wrong), [
        (place, {**misses.files, **plants.files}.get(place[0])) for place in sorted(wrong)
    ]


def test_every_rule_is_planted_in_at_least_five_forms_of_each_kind() -> None:
    assert {path.stem for path in FORMS.glob("*.txt")} == set(RULES)
    assert all(len(forms(rule, kind)) >= 5 for rule in RULES for kind in (FOUND, LEFT_ALONE))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_application_that_plants_compete_with_is_clean(package: str) -> None:
    with_a_role = [rule for rule in RULES if rule not in {"import-cycle", "duplicate-class"}]
    assert [each for rule in with_a_role for each in found(package, rule, host_facts(package))] == []
