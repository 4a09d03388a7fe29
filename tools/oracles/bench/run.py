"""One row of the bench in PyTorch: reads a request as JSON, prints what it measured as JSON.

    python tools/oracles/bench/run.py < request.json

tools/bench starts it; what a request holds stands in its src/job.ts and src/engines.ts.
"""

import json
import sys
import time


def status():
    try:
        import torch
    except ImportError as error:
        return {"available": False, "reason": str(error)}
    return {"available": True, "reason": f"PyTorch {torch.__version__}, eager", "threads": torch.get_num_threads()}


def resident():
    """Bytes now; 0 where the system does not say."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (ImportError, OSError):
        return 0


def peak():
    """Largest resident set of this process in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def processor_times():
    """Seconds that were busy and that passed, over all processors; None where the system does not say."""
    import os

    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, idle, _iowait, irq, *_ = map(int, file.readline().split()[1:])
    except OSError:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    busy = user + nice + system + irq
    return busy / ticks, (busy + idle) / ticks


class Others:
    """Watches from now on what share of the processors other processes use."""

    def __init__(self):
        self.before, self.own = processor_times(), time.process_time()

    def share(self):
        after = processor_times()
        if self.before is None or after is None:
            return 0.0
        busy, every = after[0] - self.before[0], after[1] - self.before[1]
        return max(0.0, (busy - (time.process_time() - self.own)) / max(every, 1e-3))


def random_batch(job):
    """Inputs, labels, and masks of the deep layers."""
    import torch

    from families import family_of

    shape, size = job["shape"], job["batch"]
    deep = shape["blocks"] - shape["blocks"] // 2
    return {
        "inputs": family_of(shape).random_inputs(shape, size),
        "labels": torch.randint(shape["classes"], [size]),
        "masks": (torch.rand(deep, size, shape["tokens"], 1) < 0.5).float(),
    }


def measure(job, file=None):
    import torch

    from parameters import inputs_of, read_tensors
    from steps import Bench

    torch.set_num_threads(job["threads"])
    torch.manual_seed(0)
    library = resident()
    bench = Bench(job)
    given = read_tensors(file) if file else None
    if given:
        bench.load(given)
    bench.start()
    batch = {**given, "inputs": inputs_of(given)} if given else random_batch(job)
    model = resident()
    times, values, others = [], [], Others()
    for step in range(job["warmup"] + job["repeats"]):
        if f"masks.{step}" in batch:
            batch["masks"] = batch[f"masks.{step}"]
        if step == job["warmup"]:
            others = Others()
        started = time.perf_counter()
        values.append(bench.run(batch))
        times.append((time.perf_counter() - started) * 1000)
    return {
        "times": times[job["warmup"] :],
        "values": values,
        "libraryRssBytes": library,
        "modelRssBytes": model,
        "peakRssBytes": peak(),
        "othersCpu": others.share(),
    }


def main():
    request = json.load(sys.stdin)
    if request["kind"] == "status":
        return status()
    return measure(request["job"], request.get("file"))


if __name__ == "__main__":
    print(json.dumps(main()))
