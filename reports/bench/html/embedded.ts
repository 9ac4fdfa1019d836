const longest = 600;

/** A value as JSON within a script element: no `<`, so that no text can end the element; no text longer than is shown. */
export function jsonInPage(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string') return shortened(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    if (!Object.keys(inner).some((name) => name.length > longest)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [shortened(name), each]));
  }).replace(/</g, '\\u003c');
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
