/**
 * A value as JSON within a script element: no `<`, so that no text can end the element; no text longer than is shown.
 * `longest`: of texts and names, in characters; `longerOf`: of the texts that have such a name.
 */
export function jsonInPage(value: unknown, longest = 600, longerOf: Readonly<Record<string, number>> = {}): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === 'string') return shortened(inner, longerOf[key] ?? longest);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    if (!Object.keys(inner).some((name) => name.length > longest)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [shortened(name, longest), each]));
  }).replace(/</g, '\\u003c');
}

function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
