// The model `trades` in plain scalar C++, doing exactly the work of the kernels: what a careful C++ programmer would
// write, one permutation at a time. Compiled with -O3 -march=native -ffp-contract=off, loaded by bench/kernel/trades.mjs.
//
// stdin: the cell (see read_cell). Arguments: first, count, repetitions, and the base seed.
// stdout: `count` rows of 8 doubles, little-endian, then for each repetition one double: ns per permutation (CPU time).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <vector>

struct Cell {
  int32_t n, min_executed, skip_redraws, bars_max, one_side, with_state, slip, shuffle, bootstrap, block_len, months;
  double p_skip, initial_equity, sharpe_factor, profit_factor_cap;
  std::vector<double> pnl, entry, exit, floor, intensity, scale, multiplier;
  std::vector<uint32_t> month_end;
};

template <class T> static void read_values(T *into, size_t count) {
  if (count && std::fread(into, sizeof(T), count, stdin) != count) std::exit(2);
}
template <class T> static void read_array(std::vector<T> &into, size_t count) {
  into.resize(count);
  read_values(into.data(), count);
}

static Cell read_cell() {
  Cell c;
  int32_t header[12];
  read_values(header, 12);
  c.n = header[0]; c.min_executed = header[1]; c.skip_redraws = header[2]; c.bars_max = header[3];
  c.one_side = header[4]; c.with_state = header[5]; c.slip = header[6]; c.shuffle = header[7];
  c.bootstrap = header[8]; c.block_len = header[9]; c.months = header[10];
  double numbers[4];
  read_values(numbers, 4);
  c.p_skip = numbers[0]; c.initial_equity = numbers[1]; c.sharpe_factor = numbers[2]; c.profit_factor_cap = numbers[3];
  size_t n = c.n, table = c.bars_max ? n * (c.bars_max + 1) : 0;
  read_array(c.pnl, n);
  read_array(c.entry, table);
  read_array(c.exit, table);
  read_array(c.floor, c.bars_max ? n : 0);
  read_array(c.intensity, c.with_state ? n : 0);
  read_array(c.scale, c.slip ? n : 0);
  read_array(c.multiplier, c.slip ? n : 0);
  read_array(c.month_end, c.months);
  return c;
}

struct Alea {
  uint32_t s0, s1, s2, c;
  explicit Alea(uint32_t seed) {
    static const double blanks[3] = {3707969490.0, 645086813.0, 3941471299.0};
    char digits[10];
    int length = 0;
    do { digits[length++] = char('0' + seed % 10); seed /= 10; } while (seed);
    double mash = blanks[2];
    uint32_t word[3];
    for (int w = 0; w < 3; w++) {
      for (int at = length - 1; at >= 0; at--) {
        double h = 0.02519603282416938 * (mash + digits[at]);
        double whole = std::floor(h);
        h = (h - whole) * whole;
        whole = std::floor(h);
        mash = whole + (h - whole) * 4294967296.0;
      }
      word[w] = uint32_t(uint64_t(blanks[w])) - uint32_t(uint64_t(mash));
    }
    s0 = word[0]; s1 = word[1]; s2 = word[2]; c = 1;
  }
  uint32_t next() {
    uint64_t t = uint64_t(2091639) * s0 + c;
    s0 = s1; s1 = s2; s2 = uint32_t(t); c = uint32_t(t >> 32);
    return s2;
  }
  double uniform() { return next() * (1.0 / 4294967296.0); }
  uint32_t index(uint32_t m) { return uint32_t((uint64_t(next()) * m) >> 32); }
};

struct Work {
  std::vector<double> list, other, returns;
  std::vector<uint8_t> missed;
  std::vector<int32_t> order;
  explicit Work(int n) : list(n), other(n), returns(n), missed(n), order(n) {}
};

struct Tally { double total = 0, gains = 0, losses = 0; int wins = 0, executed = 0; };

static Tally tally(const double *x, int n) {
  Tally t;
  double twice_gains = 0, twice_losses = 0;
  int executed = 0, wins = 0;
  // No branch on the sign of a trade: it would be mispredicted half the time (g++ 12 makes one of every `x > 0 ?` here).
  for (int i = 0; i < n; i++) {
    const double size = std::fabs(x[i]);
    int64_t bits;
    std::memcpy(&bits, &x[i], sizeof bits);
    t.total += x[i];
    twice_gains += x[i] + size;
    twice_losses += size - x[i];
    wins += bits > 0;
    executed += bits != std::numeric_limits<int64_t>::min();
  }
  t.gains = twice_gains * 0.5;
  t.losses = twice_losses * 0.5;
  t.wins = wins;
  t.executed = executed;
  return t;
}

static void simulate(const Cell &c, Work &w, uint32_t seed, double *row) {
  const int n = c.n;
  Alea alea(seed);
  double *list = w.list.data();
  uint8_t *missed = w.missed.data();
  if (c.p_skip > 0) {
    const uint64_t below = uint64_t(std::ceil(c.p_skip * 4294967296.0));
    int executed;
    for (int draw = 0; draw <= c.skip_redraws; draw++) {
      executed = n;
      for (int i = 0; i < n; i++) { missed[i] = alea.next() < below; executed -= missed[i]; }
      if (executed >= c.min_executed) break;
    }
  }
  if (c.bars_max > 0) {
    const uint32_t choices = c.bars_max + 1;
    for (int i = 0; i < n; i++) {
      const bool late = !c.with_state || alea.uniform() < c.intensity[i];
      double impact;
      const double *entry = &c.entry[size_t(i) * choices], *exit = &c.exit[size_t(i) * choices];
      if (c.one_side) {
        const bool at_entry = alea.uniform() < 0.5;
        const uint32_t k = alea.index(choices);
        impact = at_entry ? entry[k] : exit[k];
      } else {
        const uint32_t k_in = alea.index(choices), k_out = alea.index(choices);
        impact = entry[k_in] + exit[k_out];
      }
      double after = c.pnl[i] - impact;
      after = c.floor[i] < after ? after : c.floor[i];
      after = c.pnl[i] < after ? c.pnl[i] : after;
      list[i] = late ? after : c.pnl[i];
    }
  } else {
    for (int i = 0; i < n; i++) list[i] = c.pnl[i];
  }
  if (c.slip) for (int i = 0; i < n; i++) list[i] -= alea.uniform() * c.scale[i] * c.multiplier[i];
  if (c.p_skip > 0) {
    // A missed trade becomes -0; without a branch.
    for (int i = 0; i < n; i++) {
      uint64_t bits, miss = missed[i];
      std::memcpy(&bits, &list[i], sizeof bits);
      bits = (bits & (miss - 1)) | (miss << 63);
      std::memcpy(&list[i], &bits, sizeof bits);
    }
  }
  Tally t;
  if (c.bootstrap == 0) t = tally(list, n);

  double *path = list;
  if (c.shuffle == 1) {
    for (int i = n - 1; i > 0; i--) { const uint32_t j = alea.index(i + 1); const double held = list[i]; list[i] = list[j]; list[j] = held; }
  } else if (c.shuffle == 2) {
    const int blocks = (n + c.block_len - 1) / c.block_len;
    int32_t *order = w.order.data();
    for (int b = 0; b < blocks; b++) order[b] = b;
    for (int i = blocks - 1; i > 0; i--) { const uint32_t j = alea.index(i + 1); const int32_t held = order[i]; order[i] = order[j]; order[j] = held; }
    path = w.other.data();
    int k = 0;
    for (int b = 0; b < blocks; b++) {
      const int from = order[b] * c.block_len, to = from + c.block_len < n ? from + c.block_len : n;
      for (int i = from; i < to; i++) path[k++] = list[i];
    }
  }
  if (c.bootstrap) {
    double *into = path == list ? w.other.data() : list;
    if (c.bootstrap == 1) {
      for (int k = 0; k < n; k++) into[k] = path[alea.index(n)];
    } else {
      for (int k = 0; k < n;) {
        uint32_t from = alea.index(n - c.block_len + 1);
        for (const int end = k + c.block_len < n ? k + c.block_len : n; k < end; k++) into[k] = path[from++];
      }
    }
    path = into;
    t = tally(path, n);
  }

  const double initial = c.initial_equity;
  double sum = 0, equity = initial, peak = initial, drawdown = 0, sum_of_returns = 0;
  double worst = std::numeric_limits<double>::infinity();
  double *returns = w.returns.data();
  for (int m = 0, k = 0; m < c.months; m++) {
    const double start = equity;
    for (const int end = c.month_end[m]; k < end; k++) {
      const double r = equity > 0 ? path[k] / equity : 0;
      returns[k] = r;
      sum_of_returns += r;
      sum += path[k];
      equity = initial + sum;
      peak = equity > peak ? equity : peak;
      const double down = (peak - equity) / peak;
      drawdown = down > drawdown ? down : drawdown;
    }
    if (start > 0) {
      const double change = (equity - start) / start * 100;
      worst = change < worst ? change : worst;
    }
  }
  const double mean = sum_of_returns / n;
  double squares = 0;
  for (int k = 0; k < n; k++) { const double off = returns[k] - mean; squares += off * off; }
  const double sd = std::sqrt(squares / n);
  row[0] = t.total / initial * 100 + 0.0;
  row[1] = drawdown * 100 + 0.0;
  row[2] = (t.losses > 0 ? std::min(t.gains / t.losses, c.profit_factor_cap) : t.gains > 0 ? c.profit_factor_cap : 0) + 0.0;
  row[3] = (worst == std::numeric_limits<double>::infinity() ? -100 : worst) + 0.0;
  row[4] = (sd == 0 ? 0 : mean / sd * c.sharpe_factor) + 0.0;
  row[5] = t.executed == 0 ? 0 : double(t.wins) / t.executed;
  row[6] = t.executed;
  row[7] = t.total + 0.0;
}

// CPU time, or with any argument the time on the wall.
static clockid_t clock_used = CLOCK_PROCESS_CPUTIME_ID;
static double now_ns() {
  timespec now;
  clock_gettime(clock_used, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

// Serves one request after another, so that the caller can interleave it with its own work: a line "first count" on the
// command pipe (fd 3 is not portable: the cell comes first on stdin, then the requests, both binary).
int main(int argc, char **) {
  if (argc > 1) clock_used = CLOCK_MONOTONIC;
  const Cell cell = read_cell();
  Work work(cell.n);
  std::vector<double> rows;
  for (;;) {
    uint32_t request[3]; // base seed, first, count; count 0 ends
    if (std::fread(request, sizeof(uint32_t), 3, stdin) != 3 || request[2] == 0) return 0;
    rows.assign(size_t(request[2]) * 8 + 1, 0);
    const double began = now_ns();
    for (uint32_t i = 0; i < request[2]; i++)
      simulate(cell, work, request[0] + (request[1] + i) * 1000003u, &rows[size_t(i) * 8]);
    rows[size_t(request[2]) * 8] = now_ns() - began;
    std::fwrite(rows.data(), sizeof(double), rows.size(), stdout);
    std::fflush(stdout);
  }
}
