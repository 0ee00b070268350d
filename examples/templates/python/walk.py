"""One permutation is one walk: every step goes up with probability p, else down."""

from permafrost import serve


def simulate(parameters, rng):
    # rng is a random.Random, seeded for this permutation. A row may depend on it and on the parameters, and on nothing else.
    at = highest = 0
    for _ in range(parameters["steps"]):
        at += 1 if rng.random() < parameters["p"] else -1
        highest = max(highest, at)
    return {"end": at, "highest": highest}


serve(simulate)
