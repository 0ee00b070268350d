"""The headline work of bench/kernel/trades.mjs in numba, one permutation after the other, same bits (no fastmath: LLVM fuses nothing).

stdin: the cell as JSON; arguments: base seed, first, count. stdout: count x 8 doubles, then CPU nanoseconds.
The generator is alea as 32-bit multiply-with-carry in 64-bit integers: T = 2091639 S0 + C; C = T >> 32; S = T mod 2^32.
"""

import json
import sys
import time

import numpy as np
from numba import njit

UNIT = 2.0**-32


@njit(cache=True)
def seed_state(seed):
    digits = np.empty(10)
    length = 0
    while True:
        digits[length] = 48 + seed % 10
        length += 1
        seed //= 10
        if seed == 0:
            break
    words = np.empty(3, np.int64)
    n = 3941471299.0
    for word, blank in enumerate((3707969490, 645086813, 3941471299)):
        for at in range(length - 1, -1, -1):
            h = 0.02519603282416938 * (n + digits[at])
            whole = np.floor(h)
            h = (h - whole) * whole
            whole = np.floor(h)
            n = whole + (h - whole) * 4294967296.0
        words[word] = (blank - int(n)) & 0xFFFFFFFF
    return words[0], words[1], words[2], 1


@njit(cache=True)
def step(s0, s1, s2, carry):
    """The last word of the new state is the draw: u = word x 2^-32."""
    t = 2091639 * s0 + carry
    return s1, s2, t & 0xFFFFFFFF, t >> 32


@njit(cache=True)
def simulate(
    pnl, p_skip, min_executed, redraws, choices, entry, exit_, lowest, scale, multiplier,
    month_end, initial, sharpe_factor, factor_cap, base, first, count,
):
    n = pnl.size
    executed = np.empty(n, np.bool_)
    trades = np.empty(n)
    path = np.empty(n)
    returns = np.empty(n)
    rows = np.empty((count, 8))
    for p in range(count):
        s0, s1, s2, c = seed_state((base + (first + p) * 1000003) & 0xFFFFFFFF)
        for _ in range(redraws + 1):
            taken = 0
            for i in range(n):
                s0, s1, s2, c = step(s0, s1, s2, c)
                executed[i] = s2 * UNIT >= p_skip
                taken += executed[i]
            if taken >= min_executed:
                break
        for i in range(n):
            s0, s1, s2, c = step(s0, s1, s2, c)
            k_in = (s2 * choices) >> 32
            s0, s1, s2, c = step(s0, s1, s2, c)
            k_out = (s2 * choices) >> 32
            later = pnl[i] - (entry[i * choices + k_in] + exit_[i * choices + k_out])
            trades[i] = min(pnl[i], max(lowest[i], later))
        for i in range(n):
            s0, s1, s2, c = step(s0, s1, s2, c)
            slipped = trades[i] - s2 * UNIT * scale[i] * multiplier[i]
            # A missed trade is -0: it changes no sum and counts as none.
            trades[i] = slipped if executed[i] else -0.0
        for i in range(n - 1, 0, -1):
            s0, s1, s2, c = step(s0, s1, s2, c)
            j = (s2 * (i + 1)) >> 32
            trades[i], trades[j] = trades[j], trades[i]
        for k in range(n):
            s0, s1, s2, c = step(s0, s1, s2, c)
            path[k] = trades[(s2 * n) >> 32]
        total = gains = losses = 0.0
        wins = 0
        done = n
        for k in range(n):
            value = path[k]
            total += value
            if value > 0:
                gains += value
                wins += 1
            else:
                losses -= value
                if value == 0 and np.signbit(value):
                    done -= 1
        s = drawdown = sum_of_returns = 0.0
        equity = peak = initial
        worst = np.inf
        k = 0
        for end in month_end:
            start = equity
            while k < end:
                r = path[k] / equity if equity > 0 else 0.0
                returns[k] = r
                sum_of_returns += r
                s += path[k]
                equity = initial + s
                if equity > peak:
                    peak = equity
                down = (peak - equity) / peak
                if down > drawdown:
                    drawdown = down
                k += 1
            if start > 0:
                worst = min(worst, (equity - start) / start * 100)
        mean = sum_of_returns / n
        squares = 0.0
        for k in range(n):
            squares += (returns[k] - mean) * (returns[k] - mean)
        sd = np.sqrt(squares / n)
        rows[p, 0] = total / initial * 100 + 0.0
        rows[p, 1] = drawdown * 100
        rows[p, 2] = min(gains / losses, factor_cap) if losses > 0 else (factor_cap if gains > 0 else 0.0)
        rows[p, 3] = -100.0 if worst == np.inf else worst
        rows[p, 4] = 0.0 if sd == 0 else mean / sd * sharpe_factor
        rows[p, 5] = 0.0 if done == 0 else wins / done
        rows[p, 6] = done
        rows[p, 7] = total + 0.0
    return rows


if __name__ == "__main__":
    base, first, count = map(int, sys.argv[1:])
    cell = json.load(sys.stdin)
    doubles = {name: np.array(cell[name], dtype=np.float64) for name in (
        "pnl", "entry_impact", "exit_impact", "pnl_floor", "slip_scale", "slip_multiplier",
    )}  # fmt: skip

    def run(how_many):
        return simulate(
            doubles["pnl"], float(cell["p_skip"]), cell["min_executed"], cell["skip_redraws"],
            cell["delay_bars_max"] + 1, doubles["entry_impact"], doubles["exit_impact"], doubles["pnl_floor"],
            doubles["slip_scale"], doubles["slip_multiplier"], np.array(cell["month_end"]),
            float(cell["initial_equity"]), float(cell["sharpe_factor"]), float(cell["profit_factor_cap"]),
            base, first, how_many,
        )  # fmt: skip

    run(10)
    began = time.process_time_ns()
    result = run(count)
    spent = time.process_time_ns() - began
    sys.stdout.buffer.write(result.astype("<f8").tobytes() + np.float64(spent).tobytes())
