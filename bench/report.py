"""Tables for people, JSON for programs."""

import dataclasses
import os
import platform
import subprocess

from footprint import Figure
from rounds import Outcome, Row

HEAD = ("", "CPU µs/request", "min … max", "user", "kernel", "requests/s", "p50 µs", "p99 µs",
        "core", "errors")


def outcome(result: Outcome) -> str:
    lines = [result.title]
    lines += aligned([HEAD] + [cells(row) for row in result.rows if row.rounds])
    lines += [f"  {row.label}: {note}" for row in result.rows for note in row.notes]
    for row in result.rows[1:]:
        if not row.counts_for_goal and (ratio := result.ratio_to(row)) is not None:
            lines.append(f"  {result.rows[0].label} / {row.label} = {ratio:.2f}")
    if result.ratio is not None:
        lines.append(f"  {result.rows[0].label} / {result.best_peer.label} = {result.ratio:.2f}, "
                     f"goal ≤ {result.goal:.2f}: {verdict(result.ratio <= result.goal)}")
    return "\n".join(lines)


def cells(row: Row) -> tuple[str, ...]:
    least, most = row.range("total_us")
    return (
        row.label, f"{row.median('total_us'):.1f}", f"{least:.1f} … {most:.1f}",
        f"{row.median('user_us'):.1f}", f"{row.median('kernel_us'):.1f}",
        f"{row.median('rps'):,.0f}", f"{row.median('p50_us'):,.0f}",
        f"{row.median('p99_us'):,.0f}", f"{row.median('busy'):.0%}",
        f"{sum(one.errors for one in row.rounds):,}")


def footprint(figures: list[Figure]) -> str:
    table = []
    for one in figures:
        goal = "" if one.goal is None else f"goal ≤ {one.goal:g} {one.unit}: {verdict(one.met)}"
        table.append((one.what, one.proxy, f"{one.value:.1f} {one.unit}", goal))
    return "\n".join(["footprint", *aligned(sorted(table, key=lambda row: row[0]))])


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def aligned(table: list[tuple[str, ...]]) -> list[str]:
    """Columns as wide as needed: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return ["  " + "  ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in table]


def environment(peers: dict) -> dict:
    """What a reader needs to know about the machine and the versions."""
    cpu = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "unknown")
    return {"cpu": cpu, "kernel": platform.release(), "load": os.getloadavg()[0],
            "versions": {name: version(proxy.program) for name, proxy in peers.items()}}


def version(program: str) -> str:
    """The first line that the program says about its version, on either stream."""
    flag = {"nginx": "-v", "haproxy": "-v", "envoy": "--version"}.get(
        os.path.basename(program), "version")
    done = subprocess.run([program, flag], capture_output=True, text=True, timeout=10)
    return next((line.strip() for line in (done.stdout + done.stderr).splitlines()
                 if line.strip()), "unknown")


def as_json(machine: dict, outcomes: list[Outcome], figures: list[Figure]) -> dict:
    return {
        "machine": machine,
        "workloads": [
            dataclasses.asdict(one) | {
                "ratio": one.ratio, "against": one.best_peer.label if one.best_peer else None,
                "ratios": {row.label: one.ratio_to(row) for row in one.rows[1:]}}
            for one in outcomes],
        "footprint": [dataclasses.asdict(one) for one in figures],
    }
