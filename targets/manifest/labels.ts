import type { LabelSelectorYaml } from './schema.ts';

/** Whether labels are chosen by a plain selector: each of its pairs must be among them; an empty selector chooses none. */
export function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** Whether labels satisfy a label selector; both of its parts must. */
export function satisfies(selector: LabelSelectorYaml, labels: Record<string, string>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  if (!pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const there = Object.hasOwn(labels, key);
    const listed = there && values.includes(labels[key] ?? '');
    if (operator === 'In') return listed;
    if (operator === 'NotIn') return !listed;
    return operator === 'Exists' ? there : !there;
  });
}
