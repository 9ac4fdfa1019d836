const words: Record<string, string> = {
  timeout: 'timed out',
  surplus: 'surplus bytes',
  status: 'bad status',
  invalid: 'invalid answer',
};

/** What stands behind a number of failures: `46 bad status`, `3 refused`. Most classes are such a word by themselves. */
export function failureWords(outcome: string): string {
  return words[outcome] ?? outcome;
}
