"""The command line of bench/run."""

import argparse
import json
import os
import pathlib
import shutil
import sys

import footprint
import report
import rounds
from peers import known_peers
from processes import BenchError, Cores, raise_file_limit
from workloads import ROUTE_TABLE, WORKLOADS, contenders

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALL = {workload.name: workload for workload in [*WORKLOADS, ROUTE_TABLE]}
FOOTPRINT = "footprint"
USUAL = ("weir", "nginx", "haproxy", "envoy")
# Loads, checks and origins; nginx and HAProxy are origins as well.
PROGRAMS = ("wrk", "h2load", "curl", "openssl", "cc", "nginx", "haproxy", "nghttpd")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Weir beside its peers: CPU per request, "
        "one worker each on one core, the load and the origin on the other.")
    parser.add_argument("work", nargs="*", metavar="WORK",
                        help=f"what to measure (all): {', '.join([*ALL, FOOTPRINT])}")
    parser.add_argument("--peers", metavar="NAME,…",
                        help=f"who takes part ({','.join(USUAL)}, the last where it is installed); "
                        "also nginx-bulk, haproxy-bulk")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="(%(default)s)")
    parser.add_argument("--seconds", type=int, default=4, metavar="S",
                        help="length of a contender's turn in a round (%(default)s)")
    parser.add_argument("--warmup", type=int, default=1, metavar="S",
                        help="load before the first round (%(default)s)")
    parser.add_argument("--head", choices=("bare", "browser"), default="bare",
                        help="fields of a request: only Host, or those of a browser (%(default)s)")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / ".build/release/weir",
                        metavar="FILE", help="the weir to measure (.build/release/weir)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write every round here")
    parser.add_argument("--check", action="store_true",
                        help="only check that every proxy answers rightly; measure nothing")
    parser.add_argument("--enforce", action="store_true", help="status 1 when a goal is missed")
    options = parser.parse_args()
    options.work = options.work or [*ALL, FOOTPRINT]
    for name in options.work:
        if name not in ALL and name != FOOTPRINT:
            parser.error(f"no work named '{name}'; there is {', '.join([*ALL, FOOTPRINT])}")
    options.peers = options.peers.split(",") if options.peers else None
    if min(options.rounds, options.seconds, options.warmup) < 1:
        parser.error("rounds, seconds and warmup are at least 1")
    return options


def proxies(options: argparse.Namespace) -> dict:
    """Those that take part, Weir first; an error names what is not installed."""
    known = {proxy.name: proxy for proxy in known_peers(options.binary.absolute())}
    if options.peers is None and "envoy" not in known:
        print("Envoy does not take part: it is neither on the PATH nor a Python package")
    wanted = options.peers or [name for name in USUAL if name in known]
    if unknown := [name for name in wanted if name not in known]:
        raise BenchError(f"no peer named '{unknown[0]}'; there is {', '.join(known)}")
    chosen = {name: proxy for name, proxy in known.items() if name in wanted}
    if "weir" in chosen and not os.access(options.binary, os.X_OK):
        raise BenchError(f"no weir at {options.binary}: run `make build`, or leave it out with "
                         "--peers nginx,haproxy")
    for program in PROGRAMS:
        if not shutil.which(program):
            raise BenchError(f"{program} is not installed: run `make test-deps`")
    return chosen


def measure(options: argparse.Namespace) -> int:
    cores = Cores.available()
    if raise_file_limit() < 2 * footprint.IDLE_CONNECTIONS and FOOTPRINT in options.work:
        raise BenchError("the limit on open files is too low: `ulimit -Hn` must be 10000 or more")
    peers = proxies(options)
    machine = report.environment(peers)
    print(f"{machine['cpu']}, Linux {machine['kernel']}, load average {machine['load']:.1f}; "
          f"proxy on core {cores.proxy}, load and origin on core {cores.load}")
    for name, version in machine["versions"].items():
        print(f"  {name}: {version}")
    if machine["load"] > 0.5:
        print("  other work is running: trust ratios more than numbers, and neither very much")

    pace = rounds.Pace(0 if options.check else options.rounds, options.seconds, options.warmup,
                       options.head)
    outcomes, figures = [], []
    for name in options.work:
        if name == FOOTPRINT:
            figures = [] if options.check else footprint.run(peers, cores)
            print("\n" + report.footprint(figures) if figures else "", flush=True)
            continue
        workload = ALL[name]
        if workload is ROUTE_TABLE and "weir" not in peers:
            continue
        result = rounds.run(workload, contenders(workload, peers), cores, pace)
        if options.check:
            print(f"{name}: {', '.join(row.label for row in result.rows)} answer rightly")
            continue
        outcomes.append(result)
        print("\n" + report.outcome(result), flush=True)

    if options.json:
        options.json.write_text(json.dumps(report.as_json(machine, outcomes, figures), indent=1))
    missed = [one.name for one in outcomes if one.ratio is not None and one.ratio > one.goal]
    missed += [one.what for one in figures if one.met is False]
    if missed:
        print(f"\ngoals missed: {', '.join(missed)}")
    return 1 if missed and options.enforce else 0


def main() -> int:
    os.environ["PATH"] += ":/usr/sbin"  # where Debian keeps nginx and haproxy
    try:
        return measure(arguments())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
