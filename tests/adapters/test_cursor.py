"""What a client concludes from the place of an event, and where it resumes."""

from adapters.cursor import Cursor, Verdict


def test_the_client_rule_is_the_protocols():
    cursor = Cursor()
    assert Cursor().after is None
    cursor.hello({"resumed": False, "epoch": "e", "head": 5})
    verdicts = [cursor.judge({"epoch": "e", "seq": seq}) for seq in (6, 6, 5, 8, 7)]
    assert verdicts == [Verdict.TAKE, Verdict.DROP, Verdict.DROP, Verdict.HOLE, Verdict.TAKE]
    assert cursor.judge({"epoch": "other", "seq": 8}) is Verdict.HOLE
    cursor.hello({"resumed": True, "epoch": "e", "head": 20})
    assert cursor.after == "e:7"
    cursor.hello({"resumed": False, "epoch": "new", "head": 3})
    assert cursor.after == "new:3"
