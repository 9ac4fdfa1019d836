import fc from 'fast-check';
import { type Attempt, outcomes, phases } from '../../record/attempt.ts';

/** An attempt that went well; tests say what is different. */
export function anAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    id: 'a-1',
    lane: 'visitors',
    session: null,
    connection: 1,
    connectionUse: 1,
    overflow: false,
    method: 'GET',
    path: '/',
    intendedUs: 1_000_000,
    readyUs: 1_000_100,
    sentUs: 1_000_200,
    connectedUs: 1_000_300,
    securedUs: 1_000_400,
    firstByteUs: 1_001_000,
    endUs: 1_002_100,
    status: 200,
    outcome: 'ok',
    phase: null,
    detail: null,
    replica: 'Z2vTvgmxb0',
    replicaSource: 'answer',
    pod: 'mimuc-app-1',
    version: 'v0.0.1',
    counter: null,
    bytes: 120,
    handled: 'unknown',
    idleUs: null,
    address: '10.0.0.1:443',
    resolveUs: null,
    resumed: false,
    ...changes,
  };
}

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }).map((value) => value.toWellFormed()),
  fc.constantFrom('', 'ok', 'Zoë', '名前', '👩‍🚀', 'x'.repeat(5000)),
);
const whole = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
const small = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

/** Any attempt that the writer must keep as it is. */
export const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  id: text,
  lane: text,
  session: nullable(text),
  connection: nullable(whole),
  connectionUse: small,
  overflow: fc.boolean(),
  method: text,
  path: text,
  intendedUs: whole,
  readyUs: whole,
  sentUs: nullable(whole),
  connectedUs: nullable(whole),
  securedUs: nullable(whole),
  firstByteUs: nullable(whole),
  endUs: whole,
  status: nullable(small),
  outcome: fc.constantFrom(...outcomes),
  phase: nullable(fc.constantFrom(...phases)),
  detail: nullable(text),
  replica: nullable(text),
  replicaSource: nullable(fc.constantFrom('answer', 'connection', 'balancer', 'inferred')),
  pod: nullable(text),
  version: nullable(text),
  counter: nullable(whole),
  bytes: whole,
  handled: fc.constantFrom('yes', 'no', 'unknown'),
  idleUs: nullable(whole),
  address: nullable(text),
  resolveUs: nullable(whole),
  resumed: nullable(fc.boolean()),
});
