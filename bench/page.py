"""docs/performance.md, a part of it from each measurement."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
CORES = os.cpu_count() or 1


def machine() -> str:
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", info)
    memory_kb = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1])
    return (f"{CORES} × {model[1] if model else platform.machine()}, "
            f"{memory_kb / 2**20:.0f} GB, Linux {platform.release().split('-')[0]}")


def replace_section(title: str, lines: list[str]) -> None:
    """What stands under this heading; the page's own is `Performance`."""
    top, *sections = re.split(r"^(?=## )", PAGE.read_text(), flags=re.MULTILINE)
    text = "\n".join([f"{'#' if title == 'Performance' else '##'} {title}", "", *lines]) + "\n"
    if title == "Performance":
        top = text
    else:
        at = [i for i, section in enumerate(sections) if section.startswith(f"## {title}\n")]
        sections[at[0] if at else len(sections):at[0] + 1 if at else None] = [text]
    PAGE.write_text("\n".join(part.rstrip("\n") + "\n" for part in [top, *sections]))
