/** Of one metric, or of a part of it. */
export interface Values {
  kind: 'counter' | 'gauge' | 'rate' | 'trend';
  values: number[];
}

const expression = /^\s*(count|rate|value|avg|min|max|med|p\([\d.]+\))\s*(<=|>=|<|>|===?|!=)\s*([\d.]+)\s*$/;

/** What is wrong with it; undefined: nothing. */
export function faultOf(source: string, kind: Values['kind'] | undefined): string | undefined {
  const method = expression.exec(source)?.[1];
  if (method === undefined) return `unable to parse threshold expression "${source}"`;
  if (kind === undefined) return 'no metric of that name found';
  const allowed = { counter: /^(count|rate)$/, gauge: /^value$/, rate: /^rate$/, trend: /^(avg|min|max|med|p\(.+)$/ };
  return allowed[kind].test(method) ? undefined : `unsupported aggregation method "${method}" for a ${kind}`;
}

/** Without samples a rate passes, all else is judged as 0. */
export function holds(source: string, { kind, values }: Values, seconds: number): boolean {
  const [, method = '', operator = '', bound = ''] = expression.exec(source) ?? [];
  if (kind === 'rate' && values.length === 0) return true;
  const value = aggregate(method, kind, values, seconds);
  const limit = Number(bound);
  if (operator === '<') return value < limit;
  if (operator === '<=') return value <= limit;
  if (operator === '>') return value > limit;
  if (operator === '>=') return value >= limit;
  return operator === '!=' ? value !== limit : value === limit;
}

function aggregate(method: string, kind: Values['kind'], values: number[], seconds: number): number {
  if (values.length === 0) return 0;
  const sum = values.reduce((a, b) => a + b, 0);
  if (method === 'count') return sum;
  if (method === 'rate') return kind === 'rate' ? sum / values.length : sum / seconds;
  if (method === 'avg') return sum / values.length;
  if (method === 'value') return values.at(-1) as number;
  const sorted = values.toSorted((a, b) => a - b);
  const share =
    method === 'min' ? 0 : method === 'max' ? 1 : method === 'med' ? 0.5 : Number(method.slice(2, -1)) / 100;
  return sorted[Math.round(share * (sorted.length - 1))] as number;
}
