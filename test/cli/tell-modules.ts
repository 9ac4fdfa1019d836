import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** `node --import ./tell-modules.ts PROGRAM`: what was loaded by the end, an address a line, in the file that MODULES_FILE names. */
const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.MODULES_FILE ?? 'modules', `${loaded.join('\n')}\n`));
