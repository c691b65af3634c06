"""Orders that make many invoices, and strange ones."""

from datetime import datetime, timedelta, timezone

from ksef_caller import NIP, OTHER, b64, invoice, sha


def listed(caller):
    """(KSeF numbers of what was bought, high-water mark)."""
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    dates = {
        "dateType": "PermanentStorage",
        "from": begin.isoformat(),
        "restrictToPermanentStorageHwmDate": True,
    }
    answer = caller.post(
        "/invoices/query/metadata?pageSize=250",
        {"subjectType": "Subject2", "dateRange": dates},
    ).json()
    return [item["ksefNumber"] for item in answer["invoices"]]


def test_many_appear_by_and_by_each_once(fresh, caller):
    order = {
        "xml_b64": b64(invoice("@number@", seller=OTHER, buyer=NIP)),
        "count": 40,
        "spread_seconds": 100,
        "late_share": 0.5,
        "late_seconds": 50,
        "seed": 3,
    }
    assert fresh.control("POST", "/invoices/many", order)["count"] == 40
    ledger = {row["ksef_number"] for row in fresh.ledger()}
    assert len(ledger) == 40
    assert len({row["hash"] for row in fresh.ledger()}) == 40
    seen = []
    for offset in (0, 40, 80, 120, 160):
        fresh.control("POST", "/clock", {"offset": offset})
        now = listed(caller)
        assert now[: len(seen)] == seen, "nothing may appear before the mark"
        seen = now
    assert set(seen) == ledger


def test_a_strange_file_has_the_facts_of_another(fresh, caller):
    like = invoice("FV/1", seller=OTHER, buyer=NIP)
    order = {"xml_b64": b64(b"<no xml"), "like_b64": b64(like)}
    number = fresh.control("POST", "/invoices/strange", order)["ksef_number"]
    assert caller.get(f"/invoices/ksef/{number}").content == b"<no xml"
    (row,) = fresh.ledger()
    assert (row["invoice_number"], row["hash"]) == ("FV/1", sha(b"<no xml"))


def test_an_invoice_may_stand_in_the_lists_again(fresh, caller):
    number = fresh.issue(invoice("FV/1", seller=OTHER, buyer=NIP))
    (before,) = fresh.ledger()
    fresh.control("POST", "/clock", {"offset": 60})
    fresh.control("POST", f"/invoices/{number}/again")
    (after,) = fresh.ledger()
    assert after["permanent_storage_date"] > before["permanent_storage_date"]


def test_a_corrupt_answer_differs_in_its_first_byte(fresh, caller):
    xml = invoice("FV/1", seller=OTHER, buyer=NIP)
    number = fresh.issue(xml)
    fresh.control(
        "POST", "/faults", {"path": "/invoices/ksef", "action": "corrupt", "times": 1}
    )
    wrong = caller.get(f"/invoices/ksef/{number}").content
    assert (wrong[0] ^ 1, wrong[1:]) == (xml[0], xml[1:])
    assert caller.get(f"/invoices/ksef/{number}").content == xml
