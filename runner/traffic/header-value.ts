/** `env:TOKEN`, or behind a scheme: `Bearer env:TOKEN`. */
const reference = /^(?:(\S+) )?env:([A-Za-z_][A-Za-z0-9_]*)$/;
/** What has `env:` where a reference would, and does not name a variable, is a slip of the pen. */
const nearReference = /^(?:\S+ )?env:/;
/** RFC 9110, 5.5: visible characters, space and tab; obs-text as it is. No CR, LF or NUL can get in. */
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A header's value as it goes out. `env:NAME` as the whole of it, or behind one word (`Bearer env:NAME`), stands for what
 * that environment variable holds; so the secret is in no file, and nothing but requests ever has it.
 */
export function headerValue(written: string, environment: NodeJS.ProcessEnv = process.env): string {
  const [, scheme, name] = reference.exec(written) ?? [];
  if (name === undefined) return written;
  const value = environment[name] ?? '';
  return scheme === undefined ? value : `${scheme} ${value}`;
}

/** Why a value cannot go out, in words that follow the header's name; undefined where it can. Shows no variable's value. */
export function headerFault(written: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const [, , name] = reference.exec(written) ?? [];
  if (name === undefined) {
    if (nearReference.test(written))
      return 'env: is followed by the name of an environment variable, such as env:TOKEN';
    return fieldValue.test(written) ? undefined : 'a value is one line without control characters';
  }
  const value = environment[name];
  if (value === undefined) return `the environment variable ${name} is not set`;
  if (value === '') return `the environment variable ${name} is empty`;
  if (!fieldValue.test(value))
    return `the environment variable ${name} holds a line break, or what no header can hold; is there one at its end?`;
  return undefined;
}
