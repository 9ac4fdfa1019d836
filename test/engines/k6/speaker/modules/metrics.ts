import type { MetricPoint } from '../messages.ts';
import { metadataNow, state, tagsNow, textsOf } from '../state.ts';
import { wallNs } from '../wall.ts';

class Metric {
  readonly #name: string;
  readonly #kind: MetricPoint['kind'];
  readonly #isTime: boolean;

  constructor(name: string, kind: MetricPoint['kind'], isTime: boolean) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]{1,128}$/.test(name)) throw new Error(`Invalid metric name: '${name}'`);
    this.#name = name;
    this.#kind = kind;
    this.#isTime = isTime;
    state.metrics.push({ name, kind });
  }

  add(value: number | boolean, tags: Record<string, unknown> = {}): void {
    state.tell({
      kind: 'metric',
      point: {
        metric: this.#name,
        kind: this.#kind,
        isTime: this.#isTime,
        value: Number(value),
        wallNs: wallNs(),
        tags: { ...tagsNow(), ...textsOf(tags) },
        metadata: metadataNow(),
      },
    });
  }
}

export class Counter extends Metric {
  constructor(name: string, isTime = false) {
    super(name, 'counter', isTime);
  }
}

export class Trend extends Metric {
  constructor(name: string, isTime = false) {
    super(name, 'trend', isTime);
  }
}

export class Rate extends Metric {
  constructor(name: string, isTime = false) {
    super(name, 'rate', isTime);
  }
}
