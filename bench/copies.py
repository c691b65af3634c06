"""Copies of validated invoices, made by PostgreSQL: Odoo would need many minutes."""

COLUMNS = """
SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns
WHERE table_name = '{table}' AND is_generated = 'NEVER'
"""
COPY = """
DROP TABLE IF EXISTS move_copy, line_copy;
CREATE TEMP TABLE move_copy AS
SELECT id AS old, number, nextval('account_move_id_seq') AS new
FROM account_move, generate_series(1, {times}) AS number WHERE id IN ({ids});
INSERT INTO account_move ({moves}) SELECT {move_values}
FROM move_copy AS copy JOIN account_move AS source ON source.id = copy.old;
CREATE TEMP TABLE line_copy AS
SELECT line.id AS old, copy.new AS move, nextval('account_move_line_id_seq') AS new
FROM move_copy AS copy JOIN account_move_line AS line ON line.move_id = copy.old;
INSERT INTO account_move_line ({lines}) SELECT {line_values}
FROM line_copy AS copy JOIN account_move_line AS source ON source.id = copy.old;
INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
SELECT copy.new, link.account_tax_id
FROM line_copy AS copy JOIN account_move_line_account_tax_rel AS link
ON link.account_move_line_id = copy.old;
ANALYZE account_move;
ANALYZE account_move_line;
SELECT new FROM move_copy ORDER BY new;
"""


def copies(world, ids, times, series):
    """Copy each of `ids` so many times; returns the ids of the copies.

    :param world: harness.World
    :param series: a letter that their numbers have
    """
    moves = _columns(world, "account_move")
    lines = _columns(world, "account_move_line")
    answer = world.sql(
        COPY.format(
            times=times,
            ids=",".join(map(str, ids)),
            moves=",".join(moves),
            move_values=_values(
                moves, id="copy.new", name=f"source.name || '-{series}' || copy.number"
            ),
            lines=",".join(lines),
            line_values=_values(lines, id="copy.new", move_id="copy.move"),
        )
    )
    return [new for (new,) in answer]


def _columns(world, table):
    ((names,),) = world.sql(COLUMNS.format(table=table))
    return names.split(",")


def _values(columns, **replaced):
    return ",".join(replaced.get(name, f"source.{name}") for name in columns)
