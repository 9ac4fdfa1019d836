import type { CommandModule } from 'yargs';
import type { schemas } from './schemas.ts';

const names: readonly (keyof typeof schemas)[] = ['scenario', 'result', 'bench', 'config'];

export const schema: CommandModule<object, { of: keyof typeof schemas }> = {
  command: 'schema [of]',
  describe: 'print a JSON Schema, for editors and other programs',
  builder: (yargs) =>
    yargs
      .positional('of', {
        type: 'string',
        choices: names,
        default: 'scenario' as const,
        describe: 'of what',
      })
      .example(
        '$0 schema > scenario.schema.json',
        'then in a scenario: # yaml-language-server: $schema=scenario.schema.json',
      ),
  handler: async ({ of }) => {
    const { schemas } = await import('./schemas.ts');
    process.stdout.write(`${JSON.stringify(schemas[of](), null, 2)}\n`);
  },
};
