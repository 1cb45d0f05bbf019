"""`python -m tests.bench.measured_run SETTINGS`: one run of the flow, measured from within its own process."""

import json
import resource
import sys
import time
from pathlib import Path

from flows.sync_orders import sync_orders


def peak_memory() -> int:
    """The most memory that this process ever had, in bytes; what it inherited when it was started doesn't count."""
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].removesuffix("kB")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(settings: str) -> None:
    began, worked = time.perf_counter(), time.process_time()
    state = sync_orders(settings, return_state=True)
    told = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - worked,
        "peak_memory": peak_memory(),
        "state": f"{state.name}: {state.message}",
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
