/** What a GitHub runner makes of what a step prints and leaves, by its documentation (Workflow commands) and its source (ActionCommand). */
export interface Command {
  name: string;
  properties: Record<string, string>;
  text: string;
}

/** The commands in the output of a step, in order. A line is one that starts with `::`, whatever blanks are before it. */
export function commandsIn(output: string): Command[] {
  const commands: Command[] = [];
  let stopped: string | null = null;
  for (const line of output.split(/\r?\n/)) {
    const [, name = '', given = '', text = ''] = /^\s*::([^\s:]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
    if (name === '') continue;
    if (stopped !== null) {
      if (name === stopped) stopped = null;
      continue;
    }
    if (name === 'stop-commands') stopped = text;
    else commands.push({ name, properties: propertiesOf(given), text: unescaped(text) });
  }
  return commands;
}

/** The outputs of a step: `name=value` lines, and `name<<delimiter` blocks; of a name that is there twice the last. */
export function outputsIn(file: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = file.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      if (end === -1) throw new Error(`the value of ${name} has no end`);
      outputs[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (line.includes('=')) outputs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    else if (line !== '') throw new Error(`no output: ${line}`);
  }
  return outputs;
}

function propertiesOf(given: string): Record<string, string> {
  return Object.fromEntries(
    given
      .split(',')
      .filter((one) => one.includes('='))
      .map((one) => [one.slice(0, one.indexOf('=')).trim(), unescaped(one.slice(one.indexOf('=') + 1))]),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
