import { type Static, Type } from 'typebox';

/**
 * The one model of a scenario. YAML files and `defineScenario` are two forms of it; the JSON Schema that ships for
 * editors is made from it. Every description is what an editor shows and what a wrong value is told was expected.
 */
const strict = { additionalProperties: false };

/** Timers end at 24.8 days and a scenario long before: so many digits are enough, and more are a slip of the pen. */
const amount = '([0-9]{1,8}(\\.[0-9]+)?ms|[0-9]{1,5}(\\.[0-9]+)?s|[0-9]{1,3}(\\.[0-9]+)?m)';
export const Duration = Type.String({
  pattern: `^(0|${amount})$`,
  description: 'a duration such as 500ms, 2s or 1m (999m at most)',
});
export const LongerThanZero = Type.String({
  pattern: `^(?=[0-9.]*[1-9])${amount}$`,
  description: 'a duration above zero such as 500ms, 2s or 1m (999m at most)',
});
const Name = Type.String({
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  description: 'a name of lower-case letters, digits and dashes',
});
/** Kubernetes's DNS subdomain, which Deployments and Services may be called. */
const ObjectName = Type.String({
  pattern: '^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$',
  maxLength: 253,
  description: 'the name of an object in the manifests',
});
const Source = Type.String({
  pattern: "^(body:(/[^/]*)*|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+)$",
  description: 'body:/json/pointer or header:name',
});
const Path = Type.String({ pattern: '^/[!-~]*$', description: 'a path that starts with /, without spaces' });

/** No line break may come in: it would end the header and begin the next. Those that the engine writes are not for others. */
const Headers = Type.Record(
  Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
  Type.String({ pattern: '^[\\t -~\\x80-\\xff]*$', description: 'a header value without line breaks' }),
  { additionalProperties: false },
);

/** YAML reads an unquoted 1.10 as a number, which is no longer the version 1.10. */
const QuotedText = Type.String({ description: 'text (put it in quotes)' });

const Image = Type.Object(
  {
    context: Type.String({ description: 'folder of the build context; local runs the command in it' }),
    dockerfile: Type.Optional(Type.String()),
    args: Type.Optional(Type.Record(Type.String(), QuotedText)),
    network: Type.Optional(Type.Enum(['host', 'none'], { description: 'host or none: the network of the build' })),
    command: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'a list such as [node, server.js] (local starts it, with PORT set)',
      }),
    ),
    env: Type.Optional(Type.Record(Type.String(), QuotedText)),
  },
  strict,
);

const Tls = Type.Object(
  {
    ca: Type.Optional(
      Type.String({ description: 'a PEM file of the authorities that are trusted, in place of the usual' }),
    ),
    cert: Type.Optional(
      Type.String({ description: "a PEM file of the client's certificate, where servers ask for one" }),
    ),
    key: Type.Optional(Type.String({ description: 'a PEM file of its key, without a passphrase' })),
    insecure: Type.Optional(Type.Boolean({ description: 'take any certificate' })),
    servername: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_]([-.A-Za-z0-9_]*[A-Za-z0-9_])?$',
        maxLength: 253,
        description: 'a host name: whose certificate it has to be',
      }),
    ),
    reuse: Type.Optional(
      Type.Boolean({ description: 'let new connections go on with the TLS session of earlier ones' }),
    ),
  },
  strict,
);

const App = Type.Object(
  {
    manifests: Type.Optional(
      Type.Array(Type.String(), { minItems: 1, description: 'files or folders of Kubernetes YAML' }),
    ),
    url: Type.Optional(Type.String({ pattern: '^https?://', description: "somebody else's deployment" })),
    tls: Type.Optional(Tls),
    resolve: Type.Optional(
      Type.Array(
        Type.String({ minLength: 1, description: 'host:port:address, such as shop.example.com:443:10.0.0.7' }),
        { minItems: 1, maxItems: 50, description: 'addresses, as host:port:address' },
      ),
    ),
    service: Type.Optional(ObjectName),
    images: Type.Optional(Type.Record(Type.String(), Image)),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "where local's balancer listens" })),
  },
  strict,
);

export const IdentityModel = Type.Object(
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
    headers: Type.Optional(Headers),
    body: Type.Optional(Type.String()),
  },
  strict,
);

const Status = Type.Integer({ minimum: 200, maximum: 599, description: 'an HTTP status from 200 to 599' });

const Expect = Type.Object(
  {
    status: Type.Optional(
      Type.Union([Status, Type.Array(Status, { minItems: 1 })], { description: 'an HTTP status, or a list of them' }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'headers with the values that an answer must have' }),
    ),
    minBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    json: Type.Optional(
      Type.Union([Type.Boolean(), Type.Object({}, { additionalProperties: true })], {
        description: 'a JSON Schema that the body must satisfy, or true for any JSON',
      }),
    ),
  },
  strict,
);

const Limits = Type.Object(
  {
    connect: Type.Optional(LongerThanZero),
    tls: Type.Optional(LongerThanZero),
    headers: Type.Optional(LongerThanZero),
    body: Type.Optional(LongerThanZero),
  },
  strict,
);

const SessionModel = Type.Object(
  {
    page: Path,
    assets: Type.Optional(
      Type.Union([Type.Array(Path), Type.Literal('auto')], {
        description: 'a list of paths, or auto: what the page names in its HTML',
      }),
    ),
    connections: Type.Optional(Type.Enum(['one', 'each'])),
    pause: Type.Optional(Duration),
  },
  strict,
);

export const LaneModel = Type.Object(
  {
    name: Name,
    connection: Type.Optional(Type.Enum(['fresh', 'kept', 'session'])),
    rate: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }), Type.Literal('unpaced')], {
      description: 'requests a second (visitors a second of a session lane), or unpaced',
    }),
    arrivals: Type.Optional(Type.Enum(['constant', 'poisson'])),
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
        { requests: Type.Optional(Type.Integer({ minimum: 1 })), age: Type.Optional(LongerThanZero) },
        { ...strict, description: 'when a kept connection is replaced by the client' },
      ),
    ),
    service: Type.Optional(ObjectName),
    session: Type.Optional(SessionModel),
    request: Type.Optional(RequestModel),
    expect: Type.Optional(Expect),
    limits: Type.Optional(Limits),
    resolution: Type.Optional(LongerThanZero),
    spin: Type.Optional(Type.Boolean({ description: 'spend a core on waiting, for lateness below a millisecond' })),
  },
  strict,
);

const Timeout = Type.Optional(LongerThanZero);
const Settle = Type.Optional(Duration);

const Within = Type.Optional(
  Type.String({
    pattern: `^(0|${amount})$`,
    description: 'a duration such as 10s: how long a rollout of somebody else may take to begin',
  }),
);

const CommandList = Type.Array(Type.String(), { minItems: 1, description: 'a list such as [node, server.js]' });

export const steps = {
  deploy: Type.Object({ timeout: Timeout }, strict),
  hold: Duration,
  rollout: Type.Object(
    {
      deployment: ObjectName,
      image: Type.String({ minLength: 1 }),
      until: Type.Optional(Type.Enum(['complete', 'stuck'])),
      settle: Settle,
      timeout: Timeout,
    },
    strict,
  ),
  undo: Type.Object({ deployment: ObjectName, settle: Settle, timeout: Timeout }, strict),
  switch: Type.Object(
    { service: ObjectName, selector: Type.Record(Type.String(), Type.String()), settle: Settle, timeout: Timeout },
    strict,
  ),
  scale: Type.Object(
    { deployment: ObjectName, replicas: Type.Integer({ minimum: 0, maximum: 100 }), settle: Settle, timeout: Timeout },
    strict,
  ),
  kill: Type.Object(
    {
      deployment: ObjectName,
      signal: Type.Optional(Type.String({ pattern: '^SIG[A-Z0-9]+$', description: 'a signal such as SIGKILL' })),
      timeout: Timeout,
    },
    strict,
  ),
  drain: Type.Object({ node: Type.String({ minLength: 1 }), timeout: Timeout }, strict),
  exec: Type.Object({ deployment: ObjectName, command: CommandList, timeout: Timeout }, strict),
  run: Type.Object(
    {
      command: CommandList,
      until: Type.Optional(
        Type.Enum(['ended', 'rolled-out'], {
          description:
            'ended (the command), or rolled-out: the rollout that it begins is over, where the platform is seen',
        }),
      ),
      within: Within,
      settle: Settle,
      timeout: Timeout,
      goOn: Type.Optional(Type.Boolean({ description: 'take the next steps also where it fails' })),
    },
    strict,
  ),
  wait: Type.Object(
    {
      deployment: Type.Optional(ObjectName),
      until: Type.Enum(['available', 'complete', 'stuck', 'rolled-out', 'over', 'requests-sent']),
      within: Within,
      settle: Settle,
      timeout: Timeout,
    },
    strict,
  ),
} as const;

export type Verb = keyof typeof steps;

/** One object with exactly one of the verbs, not a union of objects: editors complete it, and a typo in it has one error. */
const StepModel = Type.Partial(Type.Object(steps), { ...strict, title: 'step', minProperties: 1, maxProperties: 1 });

const VerdictModel = Type.Enum(['pass', 'fail', 'inconclusive', 'error']);

/** The scenario's checks are checked one by one against their own schemas when it is loaded. */
const CheckModel = Type.Union(
  [Type.String(), Type.Record(Type.String(), Type.Unknown(), { title: 'check', minProperties: 1, maxProperties: 1 })],
  { description: 'the name of a check, or { name: { option: value } }' },
);

export const ScenarioSchema = Type.Object(
  {
    name: Name,
    description: Type.Optional(Type.String()),
    app: App,
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

export type LaneInput = Static<typeof LaneModel>;
export type ScenarioInput = Omit<Static<typeof ScenarioSchema>, 'steps' | 'rollback'> & {
  steps: StepInput[];
  rollback?: StepInput[];
};
export type StepInput = { [V in Verb]: { [K in V]: Static<(typeof steps)[V]> } }[Verb];
