import { toleranceOption } from './tolerance.ts';

export const compareOptions = {
  tolerance: toleranceOption,
  format: {
    type: 'string',
    requiresArg: true,
    choices: ['text', 'json', 'markdown'] as const,
    default: 'text' as const,
    describe: 'how it is told',
  },
} as const;

export const trendOptions = {
  ...compareOptions,
  html: { type: 'string', requiresArg: true, describe: 'a page to write besides' },
} as const;
