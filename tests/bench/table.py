# SPDX-License-Identifier: GPL-2.0-or-later
"""What all measurements share: a line of a table that run puts into RESULTS.md, and a goal."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../vm"))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def goal(sentence, met):
    """A line of its own below the table."""
    print(f"> {sentence}: {'met' if met else 'MISSED'}", flush=True)


def percentile(values, share):
    """Of sorted values; the one that so large a share of them does not exceed."""
    return values[min(int(len(values) * share), len(values) - 1)]
