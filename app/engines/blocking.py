"""A database for code that blocks: migrations, backups and the command line."""

import time

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from app.engines.failures import leave_servers_that_take_no_writes
from app.engines.mysql_driver import bare, connect_args
from app.engines.mysql_session import prepare_sessions
from app.engines.retry import Retry
from app.engines.work import Work

BUSY_SECONDS = 5


def blocking_engine(url: URL) -> Engine:
    """An engine for a URL of the settings; its sessions are set up as the server's own are."""
    if url.get_backend_name() == "sqlite":
        return create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    arguments = connect_args(url)
    # PyMySQL alone would try TLS unasked: one URL means the same for both drivers.
    arguments["ssl_disabled"] = "ssl" not in arguments
    engine = create_engine(bare(url), connect_args=arguments)
    prepare_sessions(engine)
    leave_servers_that_take_no_writes(engine)
    return engine


def run_in_transaction[**P, T](
    engine: Engine, work: Work[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """One transaction, tried again where that is known to be safe."""
    retry = Retry()
    while True:
        committing = False
        try:
            with engine.connect() as connection:
                result = work(connection, *args, **kwargs)
                committing = True
                connection.commit()
                return result
        except SQLAlchemyError as error:
            pause = retry.pause_after(error, committing)
            if pause is None:
                raise
            time.sleep(pause)
