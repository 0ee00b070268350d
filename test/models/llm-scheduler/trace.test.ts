import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { parseTrace, type Trace } from '../../../src/models/llm-scheduler/trace.ts';
import { sharedPath, workloadColumns } from './oracle.ts';

const parse = (text: string, path = 'traces/t.csv'): Trace =>
  parseTrace({ path, bytes: new TextEncoder().encode(text) });

function failure(text: string): EngineError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('the trace was accepted');
}

const BURSTGPT = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type';

describe('formats', () => {
  test('BurstGPT: stamps count from the first row, Total tokens and Log Type play no part', () => {
    const trace = parse(`${BURSTGPT}\n5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,0,1087,API log\n`);
    expect([...trace.stamp]).toEqual([0, 40]);
    expect([...trace.prompt]).toEqual([472, 1087]);
    expect([...trace.output]).toEqual([18, 0]);
    expect([...trace.answered!]).toEqual([0]);
    expect([...trace.columns['Total tokens']!]).toEqual([490, 1087]);
    expect(trace.unusable).toHaveProperty('Log Type');
  });

  test('Azure 2023: date-times of 100 ns keep every digit', () => {
    const trace = parse(
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 23:59:59.9799600,4808,10\n2023-11-17 00:00:00.0319601,3180,8\n',
    );
    expect([...trace.stamp]).toEqual([0, 0.0520001]);
    expect([...trace.prompt]).toEqual([4808, 3180]);
    expect([...trace.output]).toEqual([10, 8]);
  });

  test('Mooncake JSON lines: milliseconds become seconds', () => {
    const trace = parse(
      '{"timestamp": 1000, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1]}\n{"timestamp": 28000, "input_length": 7322, "output_length": 490, "hash_ids": [2]}\n',
    );
    expect([...trace.stamp]).toEqual([0, 27]);
    expect([...trace.prompt]).toEqual([6758, 7322]);
    expect([...trace.output]).toEqual([500, 490]);
  });

  test('a byte order mark, CRLF, quotes and empty lines do no harm', () => {
    const trace = parse('\ufeff"arrival_s","prompt","output"\r\n"0","1","2"\r\n\r\n1.5,3,4');
    expect([...trace.stamp]).toEqual([0, 1.5]);
    expect([...trace.output]).toEqual([2, 4]);
  });

  test('of several columns of one role the last one wins', () => {
    const trace = parse('timestamp,prompt,request tokens,output,completion\n0,1,2,3,4\n');
    expect([trace.prompt[0], trace.output[0]]).toEqual([2, 4]);
  });

  test('the arrays lie on shared memory, so workers share one copy', () => {
    const trace = parse('timestamp,prompt,output,guess\n0,1,2,3\n');
    for (const array of [trace.stamp, trace.prompt, trace.output, trace.columns['guess']!]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    const clone = structuredClone(trace);
    clone.prompt[0] = 77;
    expect(trace.prompt[0]).toBe(77);
  });
});

describe('malformed traces', () => {
  test('a value is named by file, line, column and value', () => {
    const error = failure(`${BURSTGPT}\n5,m,1,2,3,x\n7,m,-4,2,3,x\n`);
    expect(error.code).toBe('DATA');
    expect(error.message).toContain('traces/t.csv:3: Request tokens');
    expect(error.message).toContain('"-4"');
    expect(error.path).toBe('traces/t.csv:3');
  });

  test('the first ten problems are listed, the rest counted', () => {
    const rows = Array.from({ length: 12 }, (_, i) => `${i},m,x,2,3,l`).join('\n');
    const error = failure(`${BURSTGPT}\n${rows}\n`);
    expect(error.message.match(/t\.csv:\d+: Request tokens/g)).toHaveLength(10);
    expect(error.message).toContain('12 malformed values');
    expect(error.message).toContain('and 2 more');
  });

  test.each([
    ['half a token', '0,1.5,2'],
    ['an empty length', '0,,2'],
    ['a missing field', '0,1'],
    ['a length in hexadecimal', '0,0x10,2'],
    ['an infinite stamp', 'Infinity,1,2'],
    ['no stamp', ',1,2'],
    ['a day that is none', '2023-02-30 00:00:00,1,2'],
    ['more tokens than fit', '0,1000000001,2'],
  ])('%s is refused', (_, row) => {
    expect(failure(`timestamp,prompt,output\n${row}\n`).message).toContain(':2:');
  });

  test('seconds and date-times in one column are refused', () => {
    expect(failure('timestamp,prompt,output\n0,1,2\n2023-11-16 00:00:00,1,2\n').message).toContain(':3:');
  });

  test('a missing role names the columns found', () => {
    const error = failure('time,prompt,tokens\n0,1,2\n');
    expect(error.message).toContain('no column for arrival and output');
    expect(error.message).toContain('"tokens"');
  });

  test('JSON lines name the line and the key', () => {
    const error = failure('{"timestamp": 0, "input_length": 1, "output_length": 2}\n{"timestamp": "x"}\nnot json\n');
    expect(error.message).toContain(':2: timestamp');
    expect(error.message).toContain(':2: input_length');
    expect(error.message).toContain(':3: line: must be a JSON object');
  });

  test('an empty trace is refused', () => {
    expect(failure(`${BURSTGPT}\n`).message).toContain('no rows');
  });
});

const azure = sharedPath('data/llm/AzureLLMInferenceTrace_conv.csv');
describe.skipIf(azure === undefined)('published files (needs ../shared)', () => {
  test.each([
    ['AzureLLMInferenceTrace_conv.csv', 'azure_conv'],
    ['azure_conv_burstgpt.csv', 'azure_conv'],
    ['AzureLLMInferenceTrace_code.csv', 'azure_code'],
    ['azure_conv_1s_burstgpt.csv', 'azure_conv_1s'],
  ])('%s reads as the recorded workload %s, digit for digit', (file, workload) => {
    const trace = parseTrace({ path: file, bytes: readFileSync(sharedPath(`data/llm/${file}`)!) });
    const columns = workloadColumns(workload);
    expect([...trace.stamp]).toEqual(columns['arrival_s']);
    expect([...trace.prompt]).toEqual(columns['prompt']);
    expect([...trace.output]).toEqual(columns['output']);
    expect(trace.ascending).toBe(true);
  });
});
