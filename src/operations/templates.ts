/** A file of a template: where in this package it stands, and what it is, for the README. */
interface TemplateFile {
  readonly from: string;
  readonly is: string;
}

export type TemplateName = 'typescript' | 'javascript';

interface Template {
  readonly files: Readonly<Record<string, TemplateFile>>;
  /** What must be there to run it, besides permafrost. */
  readonly needs: string;
  /** A paragraph for the README. */
  readonly notes: string;
}

const study = (folder: string): TemplateFile => ({
  from: `examples/templates/${folder}/study.yaml`,
  is: 'the study: a grid of parameters, and how many permutations of each',
});
const model = (folder: string, name: string, is = 'the model'): TemplateFile => ({
  from: `examples/templates/${folder}/${name}`,
  is,
});

/** One simulation, a walk, in each language that a model may be written in. */
export const TEMPLATES: Readonly<Record<TemplateName, Template>> = {
  typescript: {
    files: { 'walk.ts': model('typescript', 'walk.ts'), 'study.yaml': study('typescript') },
    needs: '',
    notes: 'TypeScript needs no build step. What a model may declare: docs/own-model.md of permafrost.',
  },
  javascript: {
    files: { 'walk.js': model('javascript', 'walk.js'), 'study.yaml': study('javascript') },
    needs: '',
    notes: 'What a model may declare: docs/own-model.md of permafrost.',
  },
};
