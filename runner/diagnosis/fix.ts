import type { Result } from '../../record/result.ts';
import { duration } from '../check/phrases.ts';
import { type Departure, isHookTooLong } from './departure.ts';
import { type CauseId, type Loss, probedAfter } from './losses.ts';
import type { Survey } from './survey.ts';

type Fix = NonNullable<Result['causes'][number]['fix']>;

/** Beside preStop and the longest request (design, Diagnosis). */
const spareSeconds = 5;

const drain =
  'answer each request that still comes with `Connection: close`, keep listening until clients have left and nobody new is led here, finish what is in flight, then exit';

const firstProcess =
  "It only gets the signal as the container's first process or from one that passes it on (CMD in its exec form).";

const summaries: Readonly<Record<Exclude<CauseId, 'grace-too-short' | 'prestop-too-long'>, string>> = {
  'sigterm-ignored': `Let the app handle SIGTERM: ${drain}. ${firstProcess} A longer grace would only make it later.`,
  'keep-alive-not-drained': `After SIGTERM let the app do with kept connections as with new ones: ${drain}.`,
  'immediate-exit': `Let the app end in good order after SIGTERM: ${drain}.`,
  'kept-connections-cut': `After SIGTERM let the app close no connection on which a request may be on its way: ${drain}. A connection that is idle may be closed when it has been idle for longer than its clients pause.`,
};

/** What would mend it; with numbers from this run, where it is for the manifest to mend. */
export function fixOf(id: CauseId, losses: readonly Loss[], survey: Survey): Fix {
  if (id === 'keep-alive-not-drained') return { summary: `${summaries[id]}${reaching(losses, survey)}` };
  if (id !== 'grace-too-short' && id !== 'prestop-too-long') return { summary: summaries[id] };
  const longestUs = losses.reduce((most, { cut }) => Math.max(most, cut.endUs - cut.sentUs), survey.longestUs);
  const byName = new Map(losses.map(({ departure }) => [departure.workload.name, departure]));
  const graces = [...byName.values()].map((one) => ({ one, seconds: graceFor(one, longestUs) }));
  const sums = graces.map(({ one, seconds }) => `${seconds} s for ${one.workload.name}`).join(', ');
  const open = [...byName.values()].some(isHookUnknown) ? '; the hook may take longer than the grace that it had' : '';
  const shorter = id === 'prestop-too-long' ? 'Make preStop shorter than the grace, or raise' : 'Raise';
  return {
    summary: `${shorter} terminationGracePeriodSeconds above preStop and the longest request, with ${spareSeconds} s to spare: ${sums} (the longest here took ${duration(longestUs / 1000)}; what was cut may have needed longer${open}). And finish at SIGTERM what is in flight.`,
    patch: graces.map(({ one, seconds }) => patchOf(one, seconds)).join('---\n'),
  };
}

/** An app that closes its door after SIGTERM has got it. */
function reaching(losses: readonly Loss[], survey: Survey): string {
  const isKnown = losses.every(({ departure }) => probedAfter(departure.app, survey) === 'failed');
  return isKnown ? '' : ` Whether the app got SIGTERM at all does not show here. ${firstProcess}`;
}

function graceFor(departure: Departure, longestUs: number): number {
  const { graceSeconds } = departure.ending;
  const seconds = Math.ceil(hookSeconds(departure) + longestUs / 1e6 + spareSeconds);
  return Math.max(seconds, graceSeconds + 1);
}

/** As the manifest has it, else as long as it took; where nobody saw that, all that it may have taken. */
function hookSeconds({ ending, sigterm, told, afterUnknownHook }: Departure): number {
  if (!ending.preStop) return 0;
  if (ending.preStopSeconds !== undefined) return ending.preStopSeconds;
  return afterUnknownHook ? ending.graceSeconds : (sigterm.latestUs - told.earliestUs) / 1e6;
}

/** Of one that may have been cut off nobody knows how long it would have taken. */
function isHookUnknown(departure: Departure): boolean {
  const { preStop, preStopSeconds } = departure.ending;
  return preStop && preStopSeconds === undefined && (departure.afterUnknownHook || isHookTooLong(departure));
}

function patchOf({ workload }: Departure, seconds: number): string {
  return `# ${workload.kind ?? 'Deployment'} ${workload.name}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: ${seconds}
`;
}
