import { expect, test } from 'vitest';

import { COMMANDS } from '../../src/commands/commands.ts';

test.each(Object.entries(COMMANDS))('%s is listed with the arguments that it takes', async (name, { takes, load }) => {
  const command = await load();
  expect(command.name()).toBe(name);
  expect(command.description(), 'the list has it').toBe('');
  const own = command.registeredArguments.map((argument) => {
    const dots = argument.variadic ? '...' : '';
    return argument.required ? `<${argument.name()}${dots}>` : `[${argument.name()}${dots}]`;
  });
  expect(takes).toBe(command.commands.length > 0 ? '<what>' : own.join(' '));
});
