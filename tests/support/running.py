"""What runs: processes that carry a mark in their environment, and the address of a server."""

from __future__ import annotations

import json
from pathlib import Path


def marked_processes(mark: str) -> dict[int, str]:
    """Number and program of all whose environment has `mark`, which is NAME=VALUE."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "comm").read_text().strip()
        except OSError:
            pass  # gone meanwhile, or somebody else's
    return found


def find_address(runtime_info: Path) -> tuple[str, int] | None:
    """Host and port from the file that a server writes; absent while it does not listen."""
    try:
        address = json.loads(runtime_info.read_text(encoding="utf-8"))["local_addresses"][0]
    except (FileNotFoundError, ValueError):
        return None
    return address["host"], address["port"]
