import { Command } from 'commander';

import { inspect, type InspectedFile, type InspectOptions } from '../operations/inspect.ts';
import { runs } from './command.ts';

const EXAMPLES = `
Examples:
  permafrost inspect build-history.csv          rows, span, targets, where label and effect disagree, malformed rows
  permafrost inspect trades.csv                 a trade list
  permafrost inspect rows.csv --model submit-queue   a history without a header
  permafrost inspect history.csv --json | jq .facts.worst_targets

Exit code 2 where a run would refuse the file as it is.`;

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .argument('<file>', 'the file; its kind is recognised by its first line')
    .option('--model <model>', 'the model whose input it is: built in, ./my-model.ts, or a package')
    .option('--input <name>', 'which input of the model it is')
    .addHelpText('after', EXAMPLES);
  return runs<InspectOptions>(command, async ([file], { model, input }, terminal) => {
    const inspected = await inspect(file!, { model, input });
    const { facts, problems, n_problems, notes } = inspected.inspection;
    terminal.print(inspectionText(inspected));
    terminal.result({
      file: inspected.file,
      model: inspected.model,
      input: inspected.input,
      ok: n_problems === 0,
      facts,
      n_problems,
      problems,
      notes,
      ...(inspected.advice !== undefined && { advice: inspected.advice }),
    });
    return n_problems === 0 ? 0 : 2;
  });
}

function inspectionText({ file, model, input, inspection, advice }: InspectedFile): string {
  const { text, problems, n_problems, notes } = inspection;
  const more = n_problems - problems.length;
  return [
    `${file}: ${input} of the model ${model}`,
    text,
    ...listed(
      'notes',
      notes.map(({ message }) => message),
    ),
    ...listed('problems', [...problems, ...(more > 0 ? [`and ${more} more`] : [])]),
    ...(notes.length + n_problems === 0 ? ['problems   none'] : []),
    ...(advice === undefined ? [] : [advice]),
  ].join('\n');
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
