import { type Static, Type } from 'typebox';
import { Duration, Headers, LongerThanZero, Name, ObjectName, Path, Source, strict } from './values.ts';

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
    engine: Type.Optional(
      Type.Enum(['builtin', 'autocannon', 'k6'], { description: 'builtin, autocannon or k6: who sends' }),
    ),
    script: Type.Optional(Type.String({ minLength: 1, description: 'a file: the script that k6 runs' })),
    env: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
        Type.String({ description: 'text (put it in quotes)' }),
        {
          additionalProperties: false,
          description: 'names with values, which a script of k6 finds in __ENV',
        },
      ),
    ),
    connection: Type.Optional(Type.Enum(['fresh', 'kept', 'session'])),
    rate: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }), Type.Literal('unpaced')], {
        description: 'requests a second (visitors a second of a session lane), or unpaced',
      }),
    ),
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
    tls: Type.Optional(
      Type.Object(
        { reuse: Type.Boolean({ description: 'let new connections go on with the TLS session of earlier ones' }) },
        { ...strict, description: '{ reuse: true }: over TLS, in place of app.tls.reuse' },
      ),
    ),
    spin: Type.Optional(
      Type.Boolean({ description: 'wait in the event loop instead of by timers, for lateness below a millisecond' }),
    ),
  },
  strict,
);

export type LaneInput = Static<typeof LaneModel>;

/** Whether a lane says anything of that field, which may lie deeper. */
export function isGiven(lane: LaneInput, field: readonly string[]): boolean {
  let value: unknown = lane;
  for (const name of field) value = (value as Record<string, unknown> | undefined)?.[name];
  return value !== undefined;
}
