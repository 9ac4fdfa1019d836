/** What a VU's thread and the program tell each other. */
export type Texts = Record<string, string>;

export interface HttpSpec {
  method: string;
  url: string;
  body: string | null;
  headers: Texts;
  /** Milliseconds. */
  timeout: number;
  redirects: number;
  tags: Texts;
  metadata: Texts;
  /** Without one k6 counts 200 to 399 as expected. */
  expected: { min: number; max: number }[] | null;
}

export interface HttpAnswer {
  status: number;
  error: string;
  error_code: number;
  headers: Texts;
  body: string;
  remote_ip: string;
  remote_port: number;
  proto: string;
}

export interface MetricPoint {
  metric: string;
  kind: 'counter' | 'gauge' | 'rate' | 'trend';
  isTime: boolean;
  value: number;
  wallNs: bigint;
  tags: Texts;
  metadata: Texts;
}

export type FromVu =
  | {
      kind: 'ready';
      options: Record<string, unknown>;
      metrics: { name: string; kind: MetricPoint['kind'] }[];
      /** Those of setup() and teardown() that the script exports. */
      hooks: Hook[];
    }
  | { kind: 'broken'; message: string }
  | { kind: 'http'; spec: HttpSpec; signal: Int32Array }
  | { kind: 'metric'; point: MetricPoint }
  | { kind: 'idle'; error: string | null }
  | { kind: 'abort'; message: string }
  | { kind: 'fail'; message: string };

/** What a script does once, before its load and behind it. */
export type Hook = 'setup' | 'teardown';

export type ToVu =
  | { kind: 'iterate'; scenario: Scenario; exec: string; vu: number; iteration: number }
  | { kind: 'hook'; name: Hook };

export interface Scenario {
  name: string;
  executor: string;
  startTime: number;
}
