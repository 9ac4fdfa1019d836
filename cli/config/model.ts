import { type Static, Type } from 'typebox';
import { reporterNames } from '../../reports/reporter-names.ts';
import { checks } from '../../runner/check/checks.ts';
import { levels } from '../../runner/judge/levels.ts';
import { IdentityModel, LaneModel } from '../../runner/scenario/model/lane.ts';
import { Duration, LongerThanZero } from '../../runner/scenario/model/values.ts';
import { onInconclusivePattern, onInconclusiveWords } from '../on-inconclusive.ts';

/** The one model of a config: YAML, `defineConfig` and the JSON Schema for editors are forms of it. */
const strict = { additionalProperties: false };

const Level = Type.Enum([...levels]);

const Checks = Type.Partial(Type.Object(Object.fromEntries([...checks.keys()].map((name) => [name, Level]))), {
  ...strict,
  description: 'what each check may do to the verdict: off, warn or error',
});

const Bound = Type.Optional(LongerThanZero);

const Budgets = Type.Object(
  {
    failures: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^(100|[0-9]{1,2}(\\.[0-9]{1,4})?)%$' })], {
        description: 'a number of requests such as 0 or 3, or a share of them such as 0.1%',
      }),
    ),
    outage: Type.Optional(Duration),
    latency: Type.Optional(
      Type.Object(
        { p50: Bound, p90: Bound, p95: Bound, p99: Bound, max: Bound },
        { ...strict, minProperties: 1, description: 'durations by percentile, such as { p99: 200ms }' },
      ),
    ),
    recovery: Bound,
  },
  strict,
);

export const ConfigSchema = Type.Object(
  {
    reporters: Type.Optional(
      Type.Array(Type.Enum([...reporterNames]), { minItems: 1, description: 'a list of reporters' }),
    ),
    onInconclusive: Type.Optional(Type.String({ pattern: onInconclusivePattern, description: onInconclusiveWords })),
    checks: Type.Optional(Checks),
    budgets: Type.Optional(Budgets),
    lanes: Type.Optional(Type.Array(LaneModel, { minItems: 1, maxItems: 50 })),
    control: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description: 'the URL of something beside the app that nobody is deploying',
      }),
    ),
    ledger: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'a file to which the app appends the x-hitless-id of each request that it handled, one a line',
      }),
    ),
    identity: Type.Optional(IdentityModel),
  },
  { ...strict, $id: 'hitless/config@1', title: 'A hitless config' },
);

type Parsed = Static<typeof ConfigSchema>;

/** A config as it is written. */
export type ConfigInput = Omit<Parsed, 'checks' | 'reporters'> & {
  reporters?: string[];
  checks?: Partial<Record<string, 'off' | 'warn' | 'error'>>;
};

/** The JSON Schema of a config's file for editors. */
export function configJsonSchema(): object {
  const { $id: _, ...schema } = structuredClone(ConfigSchema) as unknown as Record<string, unknown>;
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...schema };
}
