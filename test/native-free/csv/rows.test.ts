import { countRun, decodeRows, formatRows, scanRows, textWindow } from '#native-free/csv/rows';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { assortedDoubles } from './values.ts';

// Thousands of spellings of numbers; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

const KERNELS = ['wasm', 'typescript'] as const;

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

describe('formatRows', () => {
  test('the WebAssembly kernel writes every kind of number as String(x) does', () => {
    // The full form, millions of values, is bench/kernel/check-numbers.ts.
    const values = assortedDoubles(60_000, 1);
    const perm_index = Uint32Array.from(values, (_, i) => i);
    const lines = text(formatRows(perm_index, [values], 'wasm')).split('\n');
    expect(lines.pop()).toBe('');
    const wrong = lines.filter((line, i) => line !== `${i},${String(values[i])}`);
    expect(wrong).toEqual([]);
  });

  test('any doubles give the same text from both kernels', () => {
    const double = fc.double().chain((x) => fc.constantFrom(x, Math.round(x), Math.fround(x), x / 1e300));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(double, double), { maxLength: 20 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (pairs, index) => {
          const columns = [0, 1].map((m) => Float64Array.from(pairs, (pair) => pair[m]!));
          const perm_index = Uint32Array.from(pairs, (_, i) => (index + i) >>> 0);
          const [a, b] = KERNELS.map((kernel) => text(formatRows(perm_index, columns, kernel)));
          expect(a).toBe(b);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('perm_index is written whole from 0 to 2^32 - 1', () => {
    const perm_index = Uint32Array.of(
      0,
      9,
      10,
      12345678,
      99999999,
      100000000,
      123456789,
      999999999,
      1000000000,
      4294967295,
    );
    for (const kernel of KERNELS) {
      expect(text(formatRows(perm_index, [], kernel))).toBe([...perm_index, ''].join('\n'));
    }
  });

  test('more rows than fit the module at once, and rows too wide for it, come out whole', () => {
    const values = assortedDoubles(30_000, 2);
    const perm_index = Uint32Array.from({ length: 10_000 }, (_, i) => i);
    for (const columns of [
      [values.subarray(0, 10_000), values.subarray(10_000, 20_000), values.subarray(20_000)],
      Array.from({ length: 3000 }, () => values.subarray(0, 200)),
      Array.from({ length: 12_000 }, (_, m) => values.subarray(m, m + 2)),
    ]) {
      const indices = perm_index.subarray(0, columns[0]!.length);
      const [a, b] = KERNELS.map((kernel) => Buffer.from(formatRows(indices, columns, kernel)));
      expect(a!.equals(b!)).toBe(true);
    }
  });

  test('a buffer that was used before takes the text where it is large enough, and changes no byte', () => {
    const values = assortedDoubles(9000, 3);
    const perm_index = Uint32Array.from(values, (_, i) => i);
    const expected = text(formatRows(perm_index, [values]));
    for (const kernel of KERNELS) {
      for (const length of [0, 1000, 1_000_000]) {
        const spare = new ArrayBuffer(length);
        new Uint8Array(spare).fill(120);
        const bytes = formatRows(perm_index, [values], kernel, spare);
        expect(text(bytes)).toBe(expected);
        expect(bytes.byteOffset).toBe(0);
        if (kernel === 'wasm') expect(bytes.buffer === spare).toBe(length === 1_000_000);
        // Node's shared buffers cannot be handed to another thread.
        expect(structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })).toHaveLength(expected.length);
      }
    }
  });
});

/** What `scanRows` finds with either kernel; they must agree. */
function scan(bytes: Uint8Array, metrics: number, capacity = 100) {
  const [a, b] = KERNELS.map((kernel) => {
    const perm_index = new Uint32Array(capacity);
    const ends = new Uint32Array(capacity);
    const found = scanRows(bytes, metrics, perm_index, ends, kernel);
    return { ...found, perm_index: [...perm_index.subarray(0, found.rows)], ends: [...ends.subarray(0, found.rows)] };
  });
  expect(a).toEqual(b);
  return a!;
}

const bad = {
  'a perm_index with a point': '3.0,1\n',
  'a negative perm_index': '-3,1\n',
  'a perm_index with a leading zero': '03,1\n',
  'a perm_index with an exponent': '1e1,1\n',
  'a perm_index of 2^32': '4294967296,1\n',
  'a perm_index of eleven digits': '10000000000,1\n',
  'an empty perm_index': ',1\n',
  'a field too many': '3,1,2\n',
  'a field too few': '3\n',
  'an empty line': '\n',
  'a header': 'perm_index,a\n',
  'two rows glued': '3,14,2\n',
  NULs: '\0\0\0\0,\0\n',
  'a carriage return before the comma': '3\r,1\n',
};

describe('scanRows', () => {
  test('finds whole rows, their perm_index and where they end, and leaves an incomplete one', () => {
    expect(scan(Buffer.from('0,1.5,2\n17,NaN,-Infinity\n4294967295,1e-7,0\n5,1'), 2)).toEqual({
      rows: 3,
      consumed: 43,
      bad: false,
      perm_index: [0, 17, 4294967295],
      ends: [8, 25, 43],
    });
  });

  for (const [name, line] of Object.entries(bad)) {
    test(`stops at ${name}`, () => {
      expect(scan(Buffer.from(`1,2\n${line}5,6\n`), 1)).toMatchObject({ rows: 1, consumed: 4, bad: true });
    });
  }

  test('stops when its arrays are full, to go on behind', () => {
    const bytes = Buffer.from('1,2\n3,4\n5,6\n');
    expect(scan(bytes, 1, 2)).toMatchObject({ rows: 2, consumed: 8, bad: false });
    expect(scan(bytes.subarray(8), 1, 2)).toMatchObject({ rows: 1, perm_index: [5] });
  });

  test('a long text cut anywhere is scanned as if it were whole', () => {
    const values = assortedDoubles(40_000, 3);
    const perm_index = Uint32Array.from(values, (_, i) => i * 3);
    const bytes = formatRows(perm_index, [values, values], 'typescript');
    const whole = scan(bytes, 2, 50_000);
    expect(whole).toMatchObject({ rows: 40_000, consumed: bytes.length, bad: false });
    for (const cut of [1, 262_143, 262_144, 262_145, bytes.length - 1]) {
      const head = scan(bytes.subarray(0, cut), 2, 50_000);
      const tail = scan(bytes.subarray(head.consumed), 2, 50_000);
      expect(head.rows + tail.rows).toBe(40_000);
      expect([...head.perm_index, ...tail.perm_index]).toEqual(whole.perm_index);
    }
  });

  test('any bytes give the same verdict from both kernels', () => {
    const piece = fc.constantFrom(
      '0',
      '7',
      '42',
      '007',
      ',',
      ',',
      ',1.5',
      '\n',
      '\n',
      '-',
      'e',
      'NaN',
      '\0',
      '4294967296',
      'x'.repeat(40),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 0, max: 3 }), (pieces, metrics) => {
        scan(Buffer.from(pieces.join('')), metrics);
      }),
      { numRuns: 5000 },
    );
  });

  test('a line longer than the window is bad, not waited for', () => {
    const bytes = Buffer.from(`1,2\n3,${'1'.repeat(300_000)}`);
    const perm_index = new Uint32Array(9);
    expect(scanRows(bytes, 1, perm_index, new Uint32Array(9), 'wasm')).toEqual({ rows: 1, consumed: 4, bad: true });
  });

  test('text read straight into the window needs no copy', () => {
    const window = textWindow()!;
    const length = window.length;
    const bytes = Buffer.from('8,1\n9,2\n');
    window.set(bytes);
    expect(length).toBe(262_144);
    const perm_index = new Uint32Array(4);
    const found = scanRows(window.subarray(0, bytes.length), 1, perm_index, new Uint32Array(4), 'wasm');
    expect([found.rows, perm_index[0], perm_index[1]]).toEqual([2, 8, 9]);
  });
});

/** What `countRun` finds with either kernel; they must agree. */
function run(bytes: Uint8Array, metrics: number, first: number, most = Infinity) {
  const [a, b] = KERNELS.map((kernel) => countRun(bytes, metrics, first, most, kernel));
  expect(a).toEqual(b);
  return a!;
}

describe('countRun', () => {
  test('counts rows whose perm_index goes up by one, and stops at a gap, at an incomplete row and at the most it may take', () => {
    expect(run(Buffer.from('8,1,2\n9,NaN,-Infinity\n10,1e-7,0\n12,5,6\n'), 2, 8)).toEqual({ rows: 3, consumed: 32 });
    expect(run(Buffer.from('8,1\n9,2\n10,3'), 1, 8)).toEqual({ rows: 2, consumed: 8 });
    expect(run(Buffer.from('8,1\n9,2\n10,3\n'), 1, 8, 2)).toEqual({ rows: 2, consumed: 8 });
    expect(run(Buffer.from('8,1\n'), 1, 8, 0)).toEqual({ rows: 0, consumed: 0 });
    expect(run(Buffer.from('8,1\n'), 1, 9)).toEqual({ rows: 0, consumed: 0 });
    expect(run(Buffer.alloc(0), 1, 0)).toEqual({ rows: 0, consumed: 0 });
  });

  test('goes through every number of digits, to the last perm_index and no further', () => {
    for (const first of [0, 7, 95, 998, 9_999_995, 99_999_994, 999_999_989, 4_294_967_288]) {
      const rows = Math.min(20, 2 ** 32 - first);
      const text = Array.from({ length: rows }, (_, i) => `${first + i},1.5\n`).join('');
      expect(run(Buffer.from(`${text}0,1.5\n`), 1, first)).toEqual({ rows, consumed: text.length });
    }
  });

  for (const [name, line] of Object.entries(bad)) {
    test(`stops at ${name}`, () => {
      const index = Number.isSafeInteger(parseInt(line)) ? Math.abs(parseInt(line)) % 2 ** 32 : 0;
      expect(run(Buffer.from(`${line}5,6\n`), 1, index)).toEqual({ rows: 0, consumed: 0 });
    });
  }

  test('a changed byte anywhere stops it, or is one that only numbers hold', () => {
    const row = '7,0.25,-3\n';
    for (let at = 0; at < row.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const changed = Buffer.from(`${row}8,1,2\n`);
        changed[at] = byte;
        const same = changed.toString('latin1').startsWith(row);
        const within = at > 1 && at !== 6 && at < 9 && byte !== 10 && byte !== 44;
        // A newline in the last field ends the row there.
        const shorter = at > 6 && at < 9 && byte === 10;
        expect(run(changed, 2, 7).rows).toBe(same || within ? 2 : Number(shorter));
      }
    }
  });

  test('finds in a long text what scanRows finds, wherever it is cut and in the window as outside it', () => {
    const values = assortedDoubles(40_000, 5);
    const bytes = formatRows(
      Uint32Array.from(values, (_, i) => i + 95_000),
      [values, values],
      'typescript',
    );
    expect(run(bytes, 2, 95_000)).toEqual({ rows: 40_000, consumed: bytes.length });
    for (const cut of [1, 262_143, 262_144, 262_145, bytes.length - 1]) {
      const { rows, consumed } = scan(bytes.subarray(0, cut), 2, 50_000);
      expect(run(bytes.subarray(0, cut), 2, 95_000)).toEqual({ rows, consumed });
    }
    const window = textWindow()!;
    window.set(bytes.subarray(0, window.length));
    const { rows, consumed } = countRun(window, 2, 95_000, Infinity, 'wasm');
    expect(countRun(window.subarray(consumed), 2, 95_000 + rows, Infinity, 'wasm').rows).toBe(0);
    expect({ rows, consumed }).toEqual(countRun(bytes.subarray(0, window.length), 2, 95_000, Infinity, 'typescript'));
  });

  test('any bytes give the same count from both kernels', () => {
    const piece = fc.constantFrom('0', '1', '2', '9', '10', ',', ',1.5', '\n', '\n', '-', 'NaN', '\0', 'x'.repeat(70));
    const rows = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(rows, rows, fc.array(piece, { maxLength: 40 }), (first, good, pieces) => {
        const text = Array.from({ length: good }, (_, i) => `${first + i},1.5\n`).join('') + pieces.join('');
        expect(run(Buffer.from(text), 1, first).rows).toBeGreaterThanOrEqual(good);
      }),
      { numRuns: 5000 },
    );
  });
});

/** What `decodeRows` reads with either kernel; they must agree. */
function decode(bytes: Uint8Array, metrics: number, strict: boolean, capacity: number) {
  const [a, b] = KERNELS.map((kernel) => {
    const perm_index = new Uint32Array(capacity);
    const columns = Array.from({ length: metrics }, () => new Float64Array(capacity));
    const found = decodeRows(bytes, perm_index, columns, strict, kernel);
    return {
      ...found,
      perm_index: [...perm_index.subarray(0, found.rows)],
      columns: columns.map((c) => [...c.subarray(0, found.rows)]),
    };
  });
  expect(a).toEqual(b);
  return a!;
}

describe('decodeRows', () => {
  test('reads every kind of number back to the last bit, strictly or not', () => {
    const values = assortedDoubles(45_000, 4);
    const perm_index = Uint32Array.from({ length: 15_000 }, (_, i) => i);
    const columns = [0, 1, 2].map((m) => values.subarray(m * 15_000, (m + 1) * 15_000));
    const bytes = formatRows(perm_index, columns, 'typescript');
    for (const strict of [true, false]) {
      const found = decode(bytes, 3, strict, 15_000);
      expect(found).toMatchObject({ rows: 15_000, consumed: bytes.length, bad: false });
      const wrong = found.columns.flatMap((column, m) => column.filter((x, i) => !Object.is(x, columns[m]![i]! + 0)));
      expect(wrong).toEqual([]);
    }
  });

  const otherSpellings = [
    '1.0',
    '01',
    '.5',
    '5.',
    '+1',
    '1e5',
    '1E21',
    '1e21',
    '-0',
    '00',
    '0.10',
    '1e+021',
    '0.30000000000000001',
    'nan',
    'Infinity ',
    '-NaN',
    'Inf',
    '',
    ' 1',
    '1 ',
    '0x10',
    '1_000',
    '1.5e-8x',
    '--1',
    '1..5',
    '1e',
    '1e+',
    '123456789012345678901234567890',
    '100000000000000000000000',
    '0.000000123',
    '1.23456789012345678',
    '5e-325',
    '1e400',
  ];
  for (const field of otherSpellings) {
    test(`strictly, ${JSON.stringify(field)} is not how this engine writes a number`, () => {
      const bytes = Buffer.from(`1,2\n2,${field}\n3,4\n`);
      expect(decode(bytes, 1, true, 10)).toMatchObject({ rows: 1, consumed: 4, bad: true });
    });
  }

  test('a number changed anywhere is refused, or is another number spelled right', () => {
    const bytes = Buffer.from('12,0.1234567890123456,-17\n');
    for (let at = 3; at < bytes.length - 1; at++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte === 44 || byte === 10) continue;
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        decode(changed, 2, true, 2);
      }
    }
    expect(decode(bytes, 2, true, 2).bad).toBe(false);
  });

  test('any spelling with at most seventeen digits reads as Number() reads it', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,16}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -340, max: 310 }), (whole, exponent) => {
        const field = `${whole}e${exponent}`;
        const found = decode(Buffer.from(`1,${field}\n`), 1, false, 1);
        expect(found.columns).toEqual([[Number(field)]]);
      }),
      { numRuns: 20_000 },
    );
  });
});
