import { type Static, Type } from 'typebox';

/**
 * The one model of a scenario. YAML files and `defineScenario` are two forms of it; the JSON Schema that ships for
 * editors is made from it. Every description is what an editor shows and what a wrong value is told was expected.
 */
const strict = { additionalProperties: false };

export const Duration = Type.String({
  pattern: '^(0|[0-9]+(\\.[0-9]+)?(ms|s|m))$',
  description: 'a duration such as 500ms, 2s or 1m',
});
const Name = Type.String({
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  description: 'a name of lower-case letters, digits and dashes',
});
const Source = Type.String({
  pattern: "^(body:(/[^/]*)*|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+)$",
  description: 'body:/json/pointer or header:name',
});
const Path = Type.String({ pattern: '^/', description: 'a path that starts with /' });

const Image = Type.Object(
  {
    context: Type.String({ description: 'folder of the build context; local runs the command in it' }),
    dockerfile: Type.Optional(Type.String()),
    args: Type.Optional(Type.Record(Type.String(), Type.String())),
    command: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'how local starts the app, with PORT set',
      }),
    ),
    env: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
);

const App = Type.Object(
  {
    manifests: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'files or folders of Kubernetes YAML' }),
    ),
    url: Type.Optional(Type.String({ pattern: '^https?://', description: "somebody else's deployment" })),
    service: Type.Optional(Name),
    images: Type.Optional(Type.Record(Type.String(), Image)),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "where local's balancer listens" })),
  },
  strict,
);

const IdentityModel = Type.Object(
  { replica: Type.Optional(Source), version: Type.Optional(Source), counter: Type.Optional(Source) },
  strict,
);

/** A ramp: from the rate before it to `to` within `over`; a plain `{ to, over: 0ms }` is a step. */
const Ramp = Type.Object({ to: Type.Number({ minimum: 0, maximum: 100_000 }), over: Duration }, strict);

const RequestModel = Type.Object(
  {
    method: Type.Optional(
      Type.String({ pattern: '^[A-Z]+$', maxLength: 20, description: 'an HTTP method in capitals' }),
    ),
    path: Type.Optional(Path),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(Type.String()),
  },
  strict,
);

const Expect = Type.Object(
  {
    status: Type.Optional(
      Type.Union([
        Type.Integer({ minimum: 100, maximum: 599 }),
        Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1 }),
      ]),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'each must be in the answer with this value' }),
    ),
    minBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    json: Type.Optional(
      Type.Union([Type.Boolean(), Type.Object({}, { additionalProperties: true })], {
        description: 'a JSON Schema that the body must satisfy',
      }),
    ),
  },
  strict,
);

const Limits = Type.Object(
  { connect: Type.Optional(Duration), headers: Type.Optional(Duration), body: Type.Optional(Duration) },
  strict,
);

const LaneModel = Type.Object(
  {
    name: Name,
    connection: Type.Optional(Type.Union([Type.Literal('fresh'), Type.Literal('kept'), Type.Literal('session')])),
    rate: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }), Type.Literal('unpaced')], {
      description: 'requests a second (visitors a second of a session lane), or unpaced',
    }),
    arrivals: Type.Optional(Type.Union([Type.Literal('constant'), Type.Literal('poisson')])),
    ramps: Type.Optional(Type.Array(Ramp, { minItems: 1 })),
    requests: Type.Optional(Type.Integer({ minimum: 1, description: 'stop the lane after so many' })),
    connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    overflow: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000,
        description: 'how many more connections a kept lane may open when all are busy',
      }),
    ),
    life: Type.Optional(
      Type.Object(
        { requests: Type.Optional(Type.Integer({ minimum: 1 })), age: Type.Optional(Duration) },
        { ...strict, description: 'when a kept connection is replaced by the client' },
      ),
    ),
    session: Type.Optional(Type.Object({ page: Path, assets: Type.Optional(Type.Array(Path)) }, strict)),
    request: Type.Optional(RequestModel),
    expect: Type.Optional(Expect),
    limits: Type.Optional(Limits),
    resolution: Type.Optional(Duration),
    spin: Type.Optional(Type.Boolean({ description: 'spend a core on waiting, for lateness below a millisecond' })),
  },
  strict,
);

const Timeout = Type.Optional(Duration);
const step = <T extends string, S extends Type.TSchema>(verb: T, schema: S) =>
  Type.Object({ [verb]: schema } as Record<T, S>, strict);

export const steps = {
  deploy: Type.Object({ timeout: Timeout }, strict),
  hold: Duration,
  rollout: Type.Object(
    {
      deployment: Name,
      image: Type.String({ minLength: 1 }),
      until: Type.Optional(Type.Union([Type.Literal('complete'), Type.Literal('stuck')])),
      settle: Timeout,
      timeout: Timeout,
    },
    strict,
  ),
  undo: Type.Object({ deployment: Name, settle: Timeout, timeout: Timeout }, strict),
  switch: Type.Object(
    { service: Name, selector: Type.Record(Type.String(), Type.String()), settle: Timeout, timeout: Timeout },
    strict,
  ),
  scale: Type.Object(
    { deployment: Name, replicas: Type.Integer({ minimum: 0, maximum: 100 }), settle: Timeout, timeout: Timeout },
    strict,
  ),
  kill: Type.Object(
    {
      deployment: Name,
      signal: Type.Optional(Type.String({ pattern: '^SIG[A-Z0-9]+$', description: 'a signal such as SIGKILL' })),
      timeout: Timeout,
    },
    strict,
  ),
  drain: Type.Object({ node: Type.String({ minLength: 1 }), timeout: Timeout }, strict),
  exec: Type.Object(
    { deployment: Name, command: Type.Array(Type.String(), { minItems: 1 }), timeout: Timeout },
    strict,
  ),
  run: Type.Object({ command: Type.Array(Type.String(), { minItems: 1 }), timeout: Timeout }, strict),
  wait: Type.Object(
    {
      deployment: Type.Optional(Name),
      until: Type.Union([
        Type.Literal('available'),
        Type.Literal('complete'),
        Type.Literal('stuck'),
        Type.Literal('requests-sent'),
      ]),
      timeout: Timeout,
    },
    strict,
  ),
} as const;

export type Verb = keyof typeof steps;

const StepModel = Type.Union(Object.entries(steps).map(([verb, schema]) => step(verb, schema)));

const VerdictModel = Type.Union(['pass', 'fail', 'inconclusive', 'error'].map((verdict) => Type.Literal(verdict)));

/** The scenario's checks are checked one by one against their own schemas when it is loaded. */
const CheckModel = Type.Union([
  Type.String({ description: 'the name of a check' }),
  Type.Record(Type.String(), Type.Unknown(), {
    minProperties: 1,
    maxProperties: 1,
    description: 'a check with its options',
  }),
]);

export const ScenarioSchema = Type.Object(
  {
    name: Name,
    description: Type.Optional(Type.String()),
    app: App,
    identity: Type.Optional(IdentityModel),
    lanes: Type.Array(LaneModel, { minItems: 1, maxItems: 50 }),
    steps: Type.Array(StepModel, { minItems: 1, maxItems: 200 }),
    checks: Type.Optional(Type.Array(CheckModel)),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
    expect: Type.Optional(
      Type.Object({ verdict: VerdictModel, causes: Type.Optional(Type.Array(Type.String())) }, strict),
    ),
  },
  { ...strict, $id: 'hitless/scenario@1', title: 'A hitless scenario' },
);

export type LaneInput = Static<typeof LaneModel>;
export type ScenarioInput = Omit<Static<typeof ScenarioSchema>, 'steps'> & { steps: StepInput[] };
export type StepInput = { [V in Verb]: { [K in V]: Static<(typeof steps)[V]> } }[Verb];
