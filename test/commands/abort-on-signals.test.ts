import { afterEach, describe, expect, it, vi } from 'vitest';

import { abortOnSignals } from '../../src/commands/abort-on-signals.ts';
import { showsNohup, type NohupSigns } from '../../src/commands/nohup.ts';
import { threadStarts } from '../../src/execute/threads-starting.ts';
import { STOP_SIGNALS, type StopSignal } from '../../src/run/stop.ts';

let release = (): void => undefined;
afterEach(() => {
  release();
  vi.restoreAllMocks();
});

/** Signals as they come to the process; what they do to it is only written down. */
function watched(): {
  readonly send: (signal: StopSignal) => void;
  readonly done: string[];
  readonly controller: AbortController;
} {
  const done: string[] = [];
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    done.push(`exit ${code ?? ''}`);
    return undefined as never;
  });
  vi.spyOn(process, 'kill').mockImplementation((_, signal) => {
    done.push(`killed by ${signal ?? ''}`);
    return true;
  });
  const controller = new AbortController();
  release = abortOnSignals(controller, () => {
    done.push('stops');
  });
  return { send: (signal) => process.emit(signal), done, controller };
}

const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

describe('signals', () => {
  it.each(STOP_SIGNALS)('%s stops in order', (signal) => {
    const { send, done, controller } = watched();
    send(signal);
    expect(done).toEqual(['stops']);
    expect(controller.signal.reason).toBe(signal);
    controller.abort();
  });

  it('a second one waits for threads that load their modules: ended there, Node aborts', async () => {
    const { send, done } = watched();
    let up: (() => void) | undefined;
    threadStarts(
      new Promise<void>((resolve) => {
        up = resolve;
      }),
    );
    send('SIGINT');
    send('SIGINT');
    await turn();
    expect(done).toEqual(['stops']);
    up!();
    await turn();
    expect(done).toEqual(['stops', 'exit 130']);
  });

  it('a third one does not wait', () => {
    const { send, done } = watched();
    threadStarts(new Promise(() => undefined));
    for (let k = 0; k < 3; k += 1) send('SIGTERM');
    expect(done).toEqual(['stops', 'killed by SIGTERM']);
  });

  it('a hangup never counts twice: a window that closes sends two', async () => {
    const { send, done } = watched();
    send('SIGHUP');
    send('SIGHUP');
    await turn();
    expect(done).toEqual(['stops']);
  });
});

const NONE: NohupSigns = { started: '', parent: '', stdin: '', outputs: ['', ''] };

describe('nohup', () => {
  it.each([
    ['a shell says what it started', { started: '/usr/bin/nohup' }],
    ['another shell was told to start it', { parent: 'sh\0-c\0nohup permafrost run s.yaml > log &\0' }],
    ['its standard input can only be written', { stdin: 'pos:\t0\nflags:\t0100001\nmnt_id:\t24\n' }],
    ['its output is where nohup puts it', { outputs: ['/home/me/nohup.out', '/home/me/nohup.out'] }],
  ])('is seen: %s', (_, signs) => {
    expect(showsNohup({ ...NONE, ...signs })).toBe(true);
  });

  it.each([
    ['no sign', {}],
    [
      'an ordinary terminal',
      { started: '/usr/bin/node', stdin: 'pos:\t0\nflags:\t0100002\n', outputs: ['/dev/pts/1'] },
    ],
    ['a file to read', { stdin: 'flags:\t0100000\n', parent: '-bash\0' }],
    ['a study of that name', { parent: 'sh\0-c\0permafrost run nohup.yaml\0', outputs: ['/x/nohup.out.csv'] }],
  ])('is not: %s', (_, signs) => {
    expect(showsNohup({ ...NONE, ...signs })).toBe(false);
  });
});
