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
      'no-restricted-syntax': ['error'],
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
    rules: { 'no-restricted-syntax': ['error', ...notReproducible] },
  },
  {
    // Scripts outside the projects: their types are not known, and Node's globals are.
    files: ['**/*.js', '**/*.mjs', 'vitest.config.ts'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false, project: false }, globals: NODE_GLOBALS },
  },
);
