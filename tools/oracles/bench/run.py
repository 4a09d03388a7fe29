"""One row of the bench in PyTorch: reads a job, prints what it measured, as JSON.

    python tools/oracles/bench/run.py < job.json

tools/bench starts it; what a job holds stands in tools/bench/job.ts.
"""

import json
import sys
import time


def resident():
    """Bytes now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            import resource

            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def peak():
    """Largest resident set of this process in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure(job):
    import torch
    from steps import Bench

    torch.set_num_threads(job["threads"])
    torch.manual_seed(0)
    library = resident()
    shape = job["shape"]
    bench = Bench(job)
    bench.start()
    size = [job["batch"], shape["channels"], shape["image"], shape["image"]]
    batch = {"pixels": torch.randn(size), "labels": torch.randint(shape["classes"], [job["batch"]])}
    if job["row"] in ("side", "mdpd"):
        deep = shape["blocks"] - shape["blocks"] // 2
        batch["masks"] = (torch.rand(deep, job["batch"], shape["tokens"], 1) < 0.5).float()
    model = resident()
    times = []
    for _ in range(job["warmup"] + job["repeats"]):
        started = time.perf_counter()
        bench.run(batch)
        times.append((time.perf_counter() - started) * 1000)
    return {
        "times": times[job["warmup"] :],
        "libraryRssBytes": library,
        "modelRssBytes": model,
        "peakRssBytes": peak(),
        "threads": torch.get_num_threads(),
        "version": torch.__version__,
    }


if __name__ == "__main__":
    print(json.dumps(measure(json.load(sys.stdin))))
