"""The end of the document: footer (*Stopka*) and attachment (*Zalacznik*)."""

from .declare import attribute, element, elements, model, optional
from .kinds import ColumnKind
from .values import CELL, KRS, LONG_TEXT, REGON, TEXT_9, TEXT_512, Code


@model()
class FooterNote:
    """*Informacje*."""

    text: str | None = optional("StopkaFaktury", LONG_TEXT)


@model()
class Registry:
    """*Rejestry*: numbers in other registers."""

    full_name: str | None = optional("PelnaNazwa")
    krs: str | None = optional("KRS", KRS)
    regon: str | None = optional("REGON", REGON)
    bdo: str | None = optional("BDO", TEXT_9)


@model()
class Footer:
    """*Stopka*."""

    notes: list[FooterNote] = elements("Informacje", FooterNote, at_most=3)
    registries: list[Registry] = elements("Rejestry", Registry, at_most=100)


@model()
class MetaData:
    """*MetaDane* of a block."""

    key: str = element("ZKlucz")
    value: str = element("ZWartosc")


@model()
class TableMetaData:
    """*TMetaDane* of a table."""

    key: str = element("TKlucz")
    value: str = element("TWartosc")


@model()
class TextBlock:
    """*Tekst*."""

    paragraphs: list[str] = elements("Akapit", TEXT_512, at_least=1, at_most=10)


@model()
class Column:
    """*Kol*: heading and type of a column."""

    kind: ColumnKind = attribute("Typ", Code(ColumnKind))
    name: str = element("NKom", CELL)


@model()
class TableHeader:
    """*TNaglowek* of a table."""

    columns: list[Column] = elements("Kol", Column, at_least=1, at_most=20)


@model()
class TableRow:
    """*Wiersz* of a table."""

    cells: list[str] = elements("WKom", CELL, at_least=1, at_most=20)


@model()
class TableSum:
    """*Suma* of a table."""

    cells: list[str] = elements("SKom", CELL, at_least=1, at_most=20)


@model()
class Table:
    """*Tabela*."""

    meta: list[TableMetaData] = elements("TMetaDane", TableMetaData, at_most=1000)
    description: str | None = optional("Opis", TEXT_512)
    header: TableHeader = element("TNaglowek", TableHeader)
    rows: list[TableRow] = elements("Wiersz", TableRow, at_least=1, at_most=1000)
    sum: TableSum | None = optional("Suma", TableSum)


@model()
class DataBlock:
    """*BlokDanych*."""

    heading: str | None = optional("ZNaglowek", TEXT_512)
    meta: list[MetaData] = elements("MetaDane", MetaData, at_least=1, at_most=1000)
    text: TextBlock | None = optional("Tekst", TextBlock)
    tables: list[Table] = elements("Tabela", Table, at_most=1000)


@model()
class Attachment:
    """*Zalacznik*: by consent given in e-Urzad Skarbowy, in batch sessions only."""

    blocks: list[DataBlock] = elements(
        "BlokDanych", DataBlock, at_least=1, at_most=1000
    )
