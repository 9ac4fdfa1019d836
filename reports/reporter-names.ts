/**
 * In the order in which they end. Those that leave a file come first: the terminal, after them, says what is there. Behind
 * it is only what lets a runner read lines as commands again.
 */
export const reporterNames = ['html', 'json', 'junit', 'markdown', 'gitlab', 'list', 'github'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** Where nobody says which: a GitHub runner reads what github prints, and says in its environment that it is one. */
export function defaultReporters({ GITHUB_ACTIONS }: NodeJS.ProcessEnv): string[] {
  return ['html', 'json', 'junit', 'list', ...(GITHUB_ACTIONS === 'true' ? ['github'] : [])];
}
