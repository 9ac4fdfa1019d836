import { metadataNow, state, tagsNow } from '../state.ts';
import { wallNs } from '../wall.ts';

export function sleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

export function check(value: unknown, sets: Record<string, (value: unknown) => boolean>): boolean {
  let all = true;
  for (const [name, holds] of Object.entries(sets)) {
    const isOk = holds(value);
    all &&= isOk;
    const tags = { ...tagsNow(), check: name };
    const point = { metric: 'checks', kind: 'rate', isTime: false, value: isOk ? 1 : 0, tags } as const;
    state.tell({ kind: 'metric', point: { ...point, wallNs: wallNs(), metadata: metadataNow() } });
  }
  return all;
}

export function group<T>(name: string, act: () => T): T {
  const around = state.group;
  state.group = `${around}::${name}`;
  try {
    return act();
  } finally {
    state.group = around;
  }
}
