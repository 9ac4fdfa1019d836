/** What is sent, and what a good answer is: of a verification and of a bench alike. */
export const requestOptions = {
  method: { type: 'string', requiresArg: true, describe: 'of each request, else GET, or POST with --data' },
  data: { type: 'string', requiresArg: true, describe: 'body of each request, or @FILE that holds it' },
  header: {
    alias: 'H',
    type: 'string',
    array: true,
    nargs: 1,
    describe: "'NAME: VALUE' of each request; env:VARIABLE as the value keeps it out of sight",
  },
  status: { type: 'string', requiresArg: true, describe: 'which answers are good, such as 200,404; else any 2xx' },
} as const;

export interface RequestArguments {
  method: string | undefined;
  data: string | undefined;
  header: string[] | undefined;
  status: string | undefined;
}
