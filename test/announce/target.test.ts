import { describe, expect, it } from 'vitest';

import { targetOf } from '../../src/announce/target.ts';

describe('a target of --on-event', () => {
  it.each([
    ['notify-send done', ['notify-send', 'done']],
    [`/opt/tell.sh "a b" 'c "d"' e"f g"h ''`, ['/opt/tell.sh', 'a b', 'c "d"', 'ef gh', '']],
    ['echo $HOME `id` $(id) ; rm * > x', ['echo', '$HOME', '`id`', '$(id)', ';', 'rm', '*', '>', 'x']],
    ['C:\\Tools\\tell.exe \\\\server\\share', ['C:\\Tools\\tell.exe', '\\\\server\\share']],
  ])('%s is a command: words, and no shell', (text, words) => {
    expect(targetOf(text)).toMatchObject({ kind: 'command', words });
  });

  it('a URL is a webhook, and its name tells no secret', () => {
    const target = targetOf('https://me:p%40ss@hooks.example:8443/services/T0/secret?key=secret');
    expect(target).toEqual({
      kind: 'webhook',
      url: 'https://hooks.example:8443/services/T0/secret?key=secret',
      headers: { Authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
      name: 'the webhook at https://hooks.example:8443',
    });
    expect(targetOf('/opt/tell.sh --key secret').name).toBe('tell.sh');
  });

  it.each(['', '  ', `tell 'it`, `tell "it`, `''`, 'ftp://secret.example/x', 'https://', 'file://secret'])(
    '%j is refused, and not repeated',
    (text) => {
      expect(() => targetOf(text)).toThrow(/^--on-event expects/);
      expect(() => targetOf(text)).not.toThrow(/secret/);
    },
  );
});
