"""FILE and --test of a command → tables: a file, or the id of a data set on the Hub. Knows how to tell them apart."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from tuning.cli.session import Session
from tuning.data.hub import is_dataset_id, parse_dataset_id, read_dataset
from tuning.data.preparing import Source
from tuning.data.reading import read_table
from tuning.data.table import Table
from tuning.models.datasets import OnlineHub, resolve_dataset

__all__ = ["read_examples"]


def read_examples(args: argparse.Namespace, session: Session) -> Source:
    """The tables that `inspect` and `tune` are given. Raises `FileError`."""
    return Source(_table(args.file, session.env), None if args.test is None else _table(args.test, session.env))


def _table(given: Path, env: Mapping[str, str]) -> Table:
    text = given.as_posix()
    if given.exists() or not is_dataset_id(text):
        return read_table(given)
    dataset = parse_dataset_id(text)
    return read_dataset(dataset, resolve_dataset(dataset, env, hub=OnlineHub()))
