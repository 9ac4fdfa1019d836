import { type Static, Type } from 'typebox';
import { AppModel } from './model/app.ts';
import { IdentityModel, LaneModel } from './model/lane.ts';
import { type StepInput, StepModel } from './model/steps.ts';
import { Name, strict } from './model/values.ts';

const VerdictModel = Type.Enum(['pass', 'fail', 'inconclusive', 'error']);

/** The scenario's checks are checked one by one against their own schemas when it is loaded. */
const CheckModel = Type.Union(
  [Type.String(), Type.Record(Type.String(), Type.Unknown(), { title: 'check', minProperties: 1, maxProperties: 1 })],
  { description: 'the name of a check, or { name: { option: value } }' },
);

/**
 * The one model of a scenario. YAML files and `defineScenario` are two forms of it; the JSON Schema that ships for
 * editors is made from it. Every description is what an editor shows and what a wrong value is told was expected.
 */
export const ScenarioSchema = Type.Object(
  {
    name: Name,
    description: Type.Optional(Type.String()),
    app: AppModel,
    targets: Type.Optional(
      Type.Array(Type.Enum(['local', 'docker', 'kubernetes', 'url']), {
        minItems: 1,
        description: 'the targets that it is made for',
      }),
    ),
    identity: Type.Optional(IdentityModel),
    lanes: Type.Array(LaneModel, { minItems: 1, maxItems: 50 }),
    accessLog: Type.Optional(
      Type.Union(
        [
          Type.String({ minLength: 1 }),
          Type.Object(
            {
              file: Type.String({ minLength: 1 }),
              format: Type.Optional(Type.Enum(['nginx', 'envoy', 'haproxy'])),
            },
            strict,
          ),
        ],
        { description: "a proxy's access log, as a file or { file, format }: nginx, envoy or haproxy" },
      ),
    ),
    ledger: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'a file to which the app appends the x-hitless-id of each request that it handled, one a line',
      }),
    ),
    control: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description:
          'the URL of something behind the same front that nobody deploys: what fails there too is not the app',
      }),
    ),
    steps: Type.Array(StepModel, { minItems: 1, maxItems: 200 }),
    rollback: Type.Optional(
      Type.Array(StepModel, {
        minItems: 1,
        maxItems: 20,
        description: 'steps that are taken, under traffic still, where the verdict is fail by then',
      }),
    ),
    checks: Type.Optional(Type.Array(CheckModel, { maxItems: 100 })),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
    expect: Type.Optional(
      Type.Object({ verdict: VerdictModel, causes: Type.Optional(Type.Array(Type.String())) }, strict),
    ),
  },
  { ...strict, $id: 'hitless/scenario@1', title: 'A hitless scenario' },
);

export type ScenarioInput = Omit<Static<typeof ScenarioSchema>, 'steps' | 'rollback'> & {
  steps: StepInput[];
  rollback?: StepInput[];
};
