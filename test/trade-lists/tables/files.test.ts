import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openDocument } from '../../../src/trade-lists/tables/document.ts';
import { readDelimited } from '../../../src/trade-lists/tables/read-delimited.ts';
import { readHtmlRows } from '../../../src/trade-lists/tables/read-html.ts';
import { unzip } from '../../../src/trade-lists/tables/unzip.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a zip', () => {
  it('is unpacked', () => {
    const entries = unzip('f', zipSync({ 'a.csv': bytesOf('x,y'), 'b/c.json': bytesOf('{}') }));
    expect([...entries].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ['a.csv', 'x,y'],
      ['b/c.json', '{}'],
    ]);
  });

  it('that bursts is refused before it does', () => {
    const bomb = zipSync({ a: new Uint8Array(5 << 20), b: new Uint8Array(5 << 20) });
    expect(bomb.length).toBeLessThan(1 << 16);
    expect(() => unzip('f', bomb, 8 << 20)).toThrow(/unpacks to more than 8 MB/);
  });

  it('that is cut off or damaged is refused, wherever', () => {
    const whole = zipSync({ 'a.csv': bytesOf(Array.from({ length: 50 }, (_, i) => `${i},${i * i}\n`).join('')) });
    for (let length = 4; length < whole.length; length += 3) {
      expect(() => unzip('f', whole.subarray(0, length))).toThrow(/damaged zip/);
    }
    for (let at = 40; at < 150; at += 7) {
      const bad = whole.slice();
      bad[at]! ^= 0x55;
      expect(() => unzip('f', bad)).toThrow(/damaged zip/);
    }
  });
});

describe('HTML', () => {
  it('gives its rows: hidden cells left out, entities read, tags that are never closed forgiven', () => {
    const html =
      '<table><tr><td>a&amp;b<td class="hidden">no<td>c&nbsp;d<tr><th>1<br>2</table><table><tr><td>x</td></tr></table>';
    expect(readHtmlRows('f', html).map(({ cells }) => cells)).toEqual([['a&b', 'c d'], ['1 2'], ['x']]);
  });

  it('end tags of other elements end no cell, and a comment or an attribute is none', () => {
    const html =
      '<TABLE><TR><b><TD>a</th></b>&nbsp;b<!-- <td>no --><TD style="display:&#32;none">no<td title="<td>">c</TR></TABLE>';
    expect(readHtmlRows('f', html).map(({ cells }) => cells)).toEqual([['a b', 'c']]);
  });

  it('a table in a cell does not end the row around it', () => {
    const html = '<table><tr><td>1</td><td><table><tr><td>in</td></tr></table></td><td>2</td></tr></table>';
    expect(readHtmlRows('f', html).map(({ cells }) => cells)).toEqual([['in'], ['1', '', '2']]);
  });
});

describe('delimited text', () => {
  it('takes any line end and says where each row begins', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const rows = readDelimited('f', ['\ufeffa,b', '', '1,"x,y"', '2,z'].join(end), ',');
      expect(rows.map(({ cells }) => cells)).toEqual([
        ['a', 'b'],
        ['1', 'x,y'],
        ['2', 'z'],
      ]);
    }
  });

  it('is read alike with and without quotes in it', () => {
    const cell = fc.stringMatching(/^[a-z0-9.;|\t -]{0,6}$/);
    const row = fc.array(cell, { minLength: 1, maxLength: 5 });
    const texts = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 6 }),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
    });
    fc.assert(
      fc.property(texts, ({ rows, end, delimiter }) => {
        const text = rows.map((cells) => cells.join(delimiter)).join(end);
        const plain = readDelimited('f', text, delimiter);
        const parsed = readDelimited('f', `${text}${end}"q"`, delimiter).slice(0, -1);
        expect(parsed).toEqual(plain);
      }),
    );
  });

  it('refuses a row without end', () => {
    expect(() => readDelimited('f', `a,b\n1,"${'x'.repeat(1 << 20)}`, ',')).toThrow(/cannot be read as a table/);
  });
});

describe('a document', () => {
  it('is told by what is in it', () => {
    expect(openDocument('f', bytesOf('\n\n<!DOCTYPE html><table></table>'))).toMatchObject([{ kind: 'rows' }]);
    expect(openDocument('f', bytesOf(' {"a": NaN}'))).toMatchObject([{ kind: 'json', value: { a: null } }]);
    expect(openDocument('f', bytesOf('a,b'))).toMatchObject([{ kind: 'text' }]);
    const xml =
      '<?xml version="1.0"?><Workbook xmlns:ss="x"><Worksheet ss:Name="s"><Table><Row><Cell><Data>1</Data></Cell><Cell ss:Index="3"><Data>2</Data></Cell></Row></Table></Worksheet></Workbook>';
    expect(openDocument('f', bytesOf(xml))).toMatchObject([
      { kind: 'rows', rows: [{ file: 'f/s', cells: ['1', '', '2'] }] },
    ]);
  });

  it('refuses what is none', () => {
    expect(() => openDocument('f', Uint8Array.from([1, 0, 2, 0, 0, 3, 0, 0, 9]))).toThrow(/contains zero bytes/);
    expect(() => openDocument('f', bytesOf('{"a": '))).toThrow(/begins like JSON/);
  });
});
