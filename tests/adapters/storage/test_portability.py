"""The same tables and statements must do for PostgreSQL."""

from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from adapters.event_log.sql.statements import LogStatements
from adapters.storage import shared_tables  # noqa: F401 - makes its tables known
from adapters.storage.prepared import adding
from adapters.storage.run_statements import RunStatements
from adapters.storage.tables import metadata

THERE = make_url("postgresql+asyncpg://").get_dialect()()


def test_every_table_and_index_can_be_made_there() -> None:
    made = [str(CreateTable(table).compile(dialect=THERE)) for table in metadata.sorted_tables]
    assert all("position BIGSERIAL" in text for text in made if "position" in text)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=THERE))


def test_every_prepared_statement_can_be_said_there() -> None:
    RunStatements(THERE)
    LogStatements(THERE)
    for table in metadata.sorted_tables:
        adding(table, THERE)
