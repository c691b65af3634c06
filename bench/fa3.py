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

BENCH = Path(__file__).resolve().parent
sys.path[:0] = [str(BENCH.parent), str(BENCH)]

from goals import told  # noqa: E402

from ksef_api import fa3  # noqa: E402

LINES = (5, 50, 1000)
READING_GOAL = 0.5


def invoice(lines):
    """An ordinary domestic invoice, whose lines differ as those of a shop do."""
    rows = [_line(number) for number in range(1, lines + 1)]
    net = sum(row.net for row in rows)
    vat = (net * 23 / 100).quantize(Decimal("0.01"))
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
            lines=rows,
        ),
    )


def _line(number):
    # 97 prices, 9 quantities: as many amounts as a shop's range has.
    price = Decimal(1000 + number * 37 % 97 * 55) / 100
    quantity = Decimal(number % 9 + 1)
    return fa3.Line(
        number=number,
        name=f"Krzesło dębowe nr {number % 97}",
        index=f"K-{number % 97}",
        unit="szt.",
        quantity=quantity,
        unit_price_net=price,
        net=quantity * price,
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


def rates(works, argument, seconds):
    """Calls per second of each of `works`: the best of rounds that take turns.

    Processor time counts, and each has its share of every moment, so that what else the
    machine does is in none of the ratios.
    """
    best = dict.fromkeys(works, 0.0)
    for function, _name in works:
        function(argument)
    for _round in range(15):
        for work in works:
            count, began = 0, time.process_time()
            while (spent := time.process_time() - began) < seconds / 15:
                work[0](argument)
                count += 1
            best[work] = max(best[work], count / spent)
    return {name: best[function, name] for function, name in works}


def measure(lines, seconds):
    """One row of the table."""
    document = invoice(lines)
    xml = fa3.write(document)
    row = {"lines": lines, "bytes": len(xml)}
    row |= rates([(fa3.write, "write"), (fa3.check, "check")], document, seconds)
    row |= rates([(build_alone, "build alone")], recipe(xml), seconds)
    read = [
        (fa3.read, "read"),
        (etree.fromstring, "parse alone"),
        (visit_alone, "visit alone"),
    ]
    row |= rates(read, xml, seconds)
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
    for row in rows:
        verdict = told(row["read / visit alone"], READING_GOAL, at_least=True)
        print(f"reading {row['lines']} lines against a bare visit: {verdict}")
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
