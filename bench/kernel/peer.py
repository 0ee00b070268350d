"""The headline work of bench/kernel/trades.mjs in NumPy, vectorised over permutations (axis 1), same bits.

stdin: the cell as JSON; arguments: base seed, first, count. stdout: count x 8 doubles, then CPU nanoseconds.
Sums along axis 0 are cumulative sums, which NumPy takes one after the other: np.sum adds in pairs, with other bits.
"""

import json
import sys
import time

import numpy as np

LOW = np.uint64(0xFFFFFFFF)
THIRTY_TWO = np.uint64(32)


def seed_states(seeds):
    """seedrandom's alea(seed): three words and a carry for each seed, by hashing its decimal digits three times."""
    words = []
    digits = np.stack([seeds // 10**place % 10 for place in range(9, -1, -1)]).astype(np.float64) + 48
    used = np.stack([seeds >= 10**place for place in range(9, 0, -1)] + [seeds >= 0])
    n = np.full(seeds.shape, 3941471299.0)
    for blank in (3707969490, 645086813, 3941471299):
        for digit, active in zip(digits, used):
            h = 0.02519603282416938 * (n + digit)
            whole = np.floor(h)
            h = (h - whole) * whole
            whole = np.floor(h)
            n = np.where(active, whole + (h - whole) * 4294967296.0, n)
        words.append((np.uint64(blank + 2**33) - n.astype(np.uint64)) & LOW)
    return [*words, np.ones(seeds.shape, np.uint64)]


def draw(state, count):
    words = np.empty((count, state[0].size), np.uint64)
    s0, s1, s2, carry = state
    for row in words:
        t = np.uint64(2091639) * s0 + carry
        carry = t >> THIRTY_TWO
        s0, s1, s2 = s1, s2, t & LOW
        row[:] = s2
    state[:] = s0, s1, s2, carry
    return words


def total(values):
    return np.add.accumulate(values, axis=0)[-1]


def simulate(cell, base, first, count):
    n = cell["n"]
    lanes = np.arange(count)
    state = seed_states((base + (first + lanes) * 1000003) % 2**32)
    executed = draw(state, n) * 2.0**-32 >= cell["p_skip"]
    assert (executed.sum(axis=0) >= cell["min_executed"]).all(), "the peer does not draw a mask again"
    choices = cell["delay_bars_max"] + 1
    k = (draw(state, 2 * n) * np.uint64(choices)) >> THIRTY_TWO
    rows = np.arange(n)[:, None]
    entry = np.array(cell["entry_impact"]).reshape(n, choices)[rows, k[0::2]]
    exit_ = np.array(cell["exit_impact"]).reshape(n, choices)[rows, k[1::2]]
    pnl = np.array(cell["pnl"])[:, None]
    trades = np.minimum(pnl, np.maximum(np.array(cell["pnl_floor"])[:, None], pnl - (entry + exit_)))
    scale, multiplier = (np.array(cell[name])[:, None] for name in ("slip_scale", "slip_multiplier"))
    trades = trades - ((draw(state, n) * 2.0**-32) * scale) * multiplier
    trades = np.where(executed, trades, -0.0)
    for i, words in zip(range(n - 1, 0, -1), draw(state, n - 1)):
        j = (words * np.uint64(i + 1)) >> THIRTY_TWO
        held = trades[i].copy()
        trades[i] = trades[j, lanes]
        trades[j, lanes] = held
    path = trades[(draw(state, n) * np.uint64(n)) >> THIRTY_TWO, lanes]

    gains, losses = total(np.maximum(path, 0)), total(np.maximum(-path, 0))
    wins = (path > 0).sum(axis=0)
    done = n - ((path == 0) & np.signbit(path)).sum(axis=0)
    initial = cell["initial_equity"]
    s = np.add.accumulate(path, axis=0)
    equity = np.vstack([np.full(count, float(initial)), initial + s])
    peak = np.maximum.accumulate(equity, axis=0)
    drawdown = ((peak - equity) / peak).max(axis=0)
    worst = np.full(count, np.inf)
    begin = 0
    for end in cell["month_end"]:
        start = equity[begin]
        worst = np.where(start > 0, np.minimum(worst, ((equity[end] - start) / start) * 100), worst)
        begin = end
    returns = np.where(equity[:-1] > 0, path / equity[:-1], 0)
    mean = total(returns) / n
    sd = np.sqrt(total((returns - mean) * (returns - mean)) / n)
    with np.errstate(all="ignore"):
        cap = cell["profit_factor_cap"]
        factor = np.where(losses > 0, np.minimum(gains / losses, cap), np.where(gains > 0, cap, 0))
        sharpe = np.where(sd == 0, 0, (mean / sd) * cell["sharpe_factor"])
        rate = np.where(done == 0, 0, wins / done)
    worst = np.where(np.isinf(worst), -100, worst)
    return np.stack([s[-1] / initial * 100, drawdown * 100, factor, worst, sharpe, rate, done, s[-1]], axis=1) + 0.0


if __name__ == "__main__":
    base, first, count = map(int, sys.argv[1:])
    cell = json.load(sys.stdin)
    simulate(cell, base, first, 10)
    began = time.process_time_ns()
    result = simulate(cell, base, first, count)
    spent = time.process_time_ns() - began
    sys.stdout.buffer.write(result.astype("<f8").tobytes() + np.float64(spent).tobytes())
