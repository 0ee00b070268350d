"""The walk in NumPy, a chunk at a time: as a model of permafrost, or alone, where it tells how long it took.

Alone: each line of stdin is the number of permutations of a chunk and the number of chunks; the answer is the CPU time that they took [s].
"""

import os
import sys
import time

sys.path.insert(0, os.environ["PERMAFROST_HELPERS"])

import numpy

from permafrost import Chunk, _keep_memory, serve_chunk


def simulate_chunk(parameters, chunk):
    up, down = parameters["up"], parameters["down"]
    steps = numpy.where(chunk.random(int(parameters["steps"])) < parameters["p"], up, -down)
    at = numpy.cumsum(steps, axis=1)
    peak = numpy.maximum(numpy.maximum.accumulate(at, axis=1), 0)
    return {"end": at[:, -1], "deepest": (peak - at).max(axis=1), "below": (at < 0).sum(axis=1)}


def alone():
    # As under the engine: what is compared is not how memory is had.
    _keep_memory()
    parameters = {"p": 0.52, "up": 1, "down": 1.05, "steps": 250}
    for line in sys.stdin:
        count, chunks = map(int, line.split())
        began = time.process_time()
        for k in range(chunks):
            request = {"cell": "", "metrics": [], "first": k * count, "count": count, "key": [123, 0], "seeds": []}
            columns = simulate_chunk(parameters, Chunk(request, numpy))
            [numpy.ascontiguousarray(values, dtype="<f8") for values in columns.values()]
        print(time.process_time() - began, flush=True)


if sys.argv[1:] == ["alone"]:
    alone()
else:
    serve_chunk(simulate_chunk)
