"""A European option under geometric Brownian motion: one path per permutation, a chunk of them at once."""

import numpy

from permafrost import serve_chunk


def simulate_chunk(parameters, chunk):
    steps = int(parameters["steps"])
    years, rate, volatility = parameters["years"], parameters["rate"], parameters["volatility"]
    # A row of normal numbers for each permutation. The sum is taken step by step, in the same order for every chunk.
    z = chunk.normal(steps)
    path = numpy.zeros(chunk.count)
    for step in range(steps):
        path += z[:, step]
    drift = (rate - volatility * volatility / 2) * years
    last = parameters["spot"] * numpy.exp(drift + volatility * numpy.sqrt(years / steps) * path)
    discount = numpy.exp(-rate * years)
    return {
        "call": discount * numpy.maximum(last - parameters["strike"], 0),
        "put": discount * numpy.maximum(parameters["strike"] - last, 0),
    }


serve_chunk(simulate_chunk)
