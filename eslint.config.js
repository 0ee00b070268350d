import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Functions whose last bit differs between machines or Node versions, or that bring time or chance into a row. */
const notReproducible = [
  {
    selector: "BinaryExpression[operator='**']",
    message: 'x ** y differs between Node versions: write the product out.',
  },
  {
    selector: "AssignmentExpression[operator='**=']",
    message: 'x ** y differs between Node versions: write the product out.',
  },
  {
    selector:
      "MemberExpression[object.name='Math'][property.name=/^(exp|expm1|log|log1p|log2|log10|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|pow|cbrt|hypot|random)$/]",
    message: 'This Math function is not the same to the last bit everywhere: use src/random/math.ts or + - * / sqrt.',
  },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time must not reach a row.' },
];

/** What works on Linux and fails on Windows. */
const notPortable = [
  {
    selector: "MemberExpression[property.name='pathname']",
    message: 'On Windows the pathname of a file: URL is not a path (/C:/..., %20): use fileURLToPath.',
  },
];

/** Folders that tests make: a path without links and short names, and removed with patience. */
const ownFolders = [
  {
    selector: 'CallExpression[callee.name=/^rm(Sync)?$/] Property[key.name=recursive]',
    message: 'On Windows a file that is still open cannot be removed: use removeFolder of test/temporary-folder.ts.',
  },
];
const FOLDERS = 'Use newFolder or temporaryFolder of test/temporary-folder.ts.';

const NODE_GLOBALS = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'Buffer',
    'performance',
    'TextEncoder',
    'TextDecoder',
    'WebAssembly',
    'setTimeout',
    'setInterval',
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'site/dist/**',
      'site/.cache/**',
      'runs/**',
      'node_modules/**',
      'native-free/**/assembly/**',
      'examples/**/assembly/**',
      'test/fixtures/**/assembly/**',
      'native-free/**/build/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An index that is known to be in range says so with `!`; a wrong one surfaces as NaN in tests.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-syntax': ['error', ...notPortable],
      eqeqeq: 'error',
    },
  },
  {
    files: [
      'src/models/**/*.ts',
      'src/random/**/*.ts',
      'src/simulation/**/*.ts',
      'native-free/**/*.ts',
      'examples/**/*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...notReproducible, ...notPortable] },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/temporary-folder.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...notPortable, ...ownFolders],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:fs', importNames: ['mkdtemp', 'mkdtempSync'], message: FOLDERS },
            { name: 'node:fs/promises', importNames: ['mkdtemp'], message: FOLDERS },
            { name: 'node:os', importNames: ['tmpdir'], message: FOLDERS },
          ],
        },
      ],
    },
  },
  {
    // Scripts outside the projects: their types are not known, and Node's globals are.
    files: ['**/*.js', '**/*.mjs', 'vitest.config.ts'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false, project: false }, globals: NODE_GLOBALS },
  },
);
