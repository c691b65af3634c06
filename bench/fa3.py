"""How fast FA(3) is written and read, against lxml alone on the same document.

    python bench/fa3.py [--json FILE]

"Alone" is the least that can be done: building the same elements with the same texts
from a list that is ready; parsing the same bytes; and looking at every element's name
and text after parsing, which makes no values of them yet.
"""

import argparse
import json
import sys
import time
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ksef_api import fa3  # noqa: E402

LINES = (5, 50, 1000)


def invoice(lines):
    """An ordinary domestic invoice."""
    net = Decimal("100.00") * lines
    vat = Decimal("23.00") * lines
    address = fa3.Address(country="PL", line1="ul. Kwiatowa 1", line2="00-001 Warszawa")
    return fa3.Invoice(
        header=fa3.Header(
            created_at=datetime(2026, 2, 15, 9, 30, tzinfo=timezone.utc), system="Odoo"
        ),
        seller=fa3.Seller(
            identification=fa3.SellerIdentification(nip="5265877635", name="Meble"),
            address=address,
        ),
        buyer=fa3.Buyer(
            identification=fa3.Identification(nip="9999999999", name="Hotel"),
            address=address,
        ),
        body=fa3.Body(
            currency="PLN",
            issue_date=date(2026, 2, 15),
            number="FV/2026/02/0001",
            sale_date=date(2026, 2, 15),
            net_23=net,
            vat_23=vat,
            total=net + vat,
            kind=fa3.InvoiceKind.SALE,
            lines=[_line(number) for number in range(1, lines + 1)],
        ),
    )


def _line(number):
    return fa3.Line(
        number=number,
        name="Krzesło dębowe z oparciem",
        index="K-1",
        unit="szt.",
        quantity=Decimal("2"),
        unit_price_net=Decimal("50.00"),
        net=Decimal("100.00"),
        rate=fa3.Rate.VAT_23,
        gtu=fa3.Gtu.GTU_01,
    )


def recipe(xml):
    """A document as a list of (depth, tag, text), for building it again with lxml."""
    root = etree.fromstring(xml)
    rows = []

    def walk(element, depth):
        rows.append((depth, element.tag, element.text))
        for child in element:
            walk(child, depth + 1)

    walk(root, 0)
    return rows


def build_alone(rows):
    """The elements of a recipe, serialised."""
    root = etree.Element(rows[0][1], nsmap={None: fa3.FA3})
    above = [root]
    for depth, tag, text in rows[1:]:
        del above[depth:]
        child = etree.SubElement(above[-1], tag)
        child.text = text
        above.append(child)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def visit_alone(xml):
    """Every element's name and text."""
    return [(element.tag, element.text) for element in etree.fromstring(xml).iter()]


def rate(function, argument, seconds):
    """Calls per second: the best of five rounds that together take so many seconds."""
    function(argument)
    best = 0.0
    for _round in range(5):
        count, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds / 5:
            function(argument)
            count += 1
        best = max(best, count / spent)
    return best


def measure(lines, seconds):
    """One row of the table."""
    document = invoice(lines)
    xml = fa3.write(document)
    row = {
        "lines": lines,
        "bytes": len(xml),
        "write": rate(fa3.write, document, seconds),
        "build alone": rate(build_alone, recipe(xml), seconds),
        "read": rate(fa3.read, xml, seconds),
        "parse alone": rate(etree.fromstring, xml, seconds),
        "visit alone": rate(visit_alone, xml, seconds),
        "check": rate(fa3.check, document, seconds),
    }
    row["write / build alone"] = row["write"] / row["build alone"]
    row["read / parse alone"] = row["read"] / row["parse alone"]
    row["read / visit alone"] = row["read"] / row["visit alone"]
    return row


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument("--seconds", type=float, default=1.0, help="for one number")
    options = parser.parse_args()
    rows = [measure(lines, options.seconds) for lines in LINES]
    print("documents a second, and lxml alone on the same document")
    for name in rows[0]:
        places = 2 if "/" in name else 0
        cells = (f"{row[name]:>12,.{places}f}" for row in rows)
        print(f"{name:<22}" + "".join(cells))
    for name in ("write", "read"):
        first, last = rows[0], rows[-1]
        times = last[name] * last["lines"] / (first[name] * first["lines"])
        print(
            f"{name}: a line of {last['lines']} goes {times:.1f} times as fast as of 5"
        )
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
