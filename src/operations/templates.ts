/** A file of a template: where it stands, and what it is, for the README. */
interface TemplateFile {
  readonly from: URL;
  readonly is: string;
}

/** The language of a template of `init`. */
export type TemplateName =
  'typescript' | 'javascript' | 'python' | 'r' | 'command' | 'wasm-c' | 'wasm-rust' | 'wasm-assemblyscript';

interface Template {
  readonly files: Readonly<Record<string, TemplateFile>>;
  /** What must be there to run it, besides permafrost; empty for nothing. */
  readonly needs: string;
  /** A paragraph for the README. */
  readonly notes: string;
}

/** One simulation, a walk, in each language that a model may be written in. */
export const TEMPLATES: Readonly<Record<TemplateName, Template>> = {
  typescript: {
    files: { 'walk.ts': own('typescript/walk.ts', 'the model'), ...study('typescript') },
    needs: '',
    notes: 'TypeScript needs no build step. What a model may declare: docs/own-model.md of permafrost.',
  },
  javascript: {
    files: { 'walk.js': own('javascript/walk.js', 'the model'), ...study('javascript') },
    needs: '',
    notes: 'What a model may declare: docs/own-model.md of permafrost.',
  },
  python: {
    files: {
      'walk.py': own('python/walk.py', 'the model'),
      ...study('python'),
      'permafrost.py': helper('permafrost.py'),
    },
    needs: 'python3 in PATH, without packages',
    notes: 'With NumPy a whole chunk can be computed in one call (serve_chunk): docs/command-models.md of permafrost.',
  },
  r: {
    files: { 'walk.R': own('r/walk.R', 'the model'), ...study('r'), 'permafrost.R': helper('permafrost.R') },
    needs: 'Rscript in PATH, without packages',
    notes: 'What a program is asked and answers: docs/command-models.md of permafrost.',
  },
  command: {
    files: { 'walk.mjs': own('command/walk.mjs', 'the model: a program, here in JavaScript'), ...study('command') },
    needs: '',
    notes:
      'Put a program in any language in the place of walk.mjs: it reads a line of JSON and answers with a line for each permutation. docs/command-models.md of permafrost.',
  },
  'wasm-c': wasm('wasm-c', {
    'walk.c': own('wasm-c/walk.c', 'the model'),
    'permafrost.h': header('permafrost.h'),
  }),
  'wasm-rust': wasm('wasm-rust', {
    'walk.rs': own('wasm-rust/walk.rs', 'the model'),
    'permafrost.rs': header('permafrost.rs'),
  }),
  'wasm-assemblyscript': wasm('wasm-assemblyscript', {
    'walk.as.ts': own('wasm-assemblyscript/assembly/walk.ts', 'the model'),
    'permafrost.ts': header('assembly/permafrost.ts'),
  }),
};

function own(path: string, is: string): TemplateFile {
  return { from: new URL(`../../examples/templates/${path}`, import.meta.url), is };
}

function study(folder: string): Readonly<Record<string, TemplateFile>> {
  return {
    'study.yaml': own(
      `${folder}/study.yaml`,
      'the study: a grid of parameters, and how many permutations of each cell',
    ),
  };
}

function helper(name: string): TemplateFile {
  return {
    from: new URL(`../programs/command/helpers/${name}`, import.meta.url),
    is: 'the helper: what the engine asks and is answered',
  };
}

function header(name: string): TemplateFile {
  return {
    from: new URL(`../../native-free/headers/${name}`, import.meta.url),
    is: 'the generators of permafrost, and what is drawn from them',
  };
}

function wasm(folder: string, source: Readonly<Record<string, TemplateFile>>): Template {
  return {
    files: {
      ...source,
      'build.sh': own(`${folder}/build.sh`, 'compiles the model to walk.wasm, which is here already'),
      'walk.wasm': own(`${folder}/walk.wasm`, 'the model, compiled'),
      'walk.json': own(`${folder}/walk.json`, 'its parameters and metrics'),
      ...study(folder),
    },
    needs: '',
    notes: 'After a change: `sh build.sh`, which says what it needs. docs/wasm-models.md of permafrost.',
  };
}
