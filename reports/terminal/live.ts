import { deedOf } from '../failures.ts';
import { plain } from '../plain.ts';
import type { Progress, RunInfo } from '../reporter.ts';
import type { Screen } from '../screen.ts';
import { count, counted, moment } from '../words.ts';
import { cut, pad, widthOf } from './width.ts';

type Replica = Progress['replicas'][number];

const leastMsBetweenFrames = 100;

/**
 * A few lines that are redrawn in place. The cursor is never hidden, so nothing has to be restored however the process
 * ends: a frame is one write, which does not flicker.
 */
export class LiveFrame {
  readonly #screen: Screen;
  #drawn: string[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Draws, unless the last frame is younger than a tenth of a second. */
  draw(progress: Progress, nowMs = performance.now()): void {
    if (nowMs - this.#drawnAt < leastMsBetweenFrames) return;
    this.#drawnAt = nowMs;
    const lines = frame(progress, this.#screen);
    // Each line clears what is left of the one below it, and the last the rest of the screen.
    this.#screen.write(`${this.#up()}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
    this.#drawn = lines;
  }

  /** Writes lines for good; the next frame is drawn below them. */
  above(text: string): void {
    this.#screen.write(`${this.#up()}\u001b[J${text}\n`);
    this.#drawn = [];
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** Removes the frame. */
  clear(): void {
    if (this.#drawn.length > 0) this.#screen.write(`${this.#up()}\u001b[J`);
    this.#drawn = [];
  }

  /** Back to the frame's first line; a terminal that became narrower has broken its lines in two or more. */
  #up(): string {
    const { columns } = this.#screen;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows > 0 ? `\u001b[${rows}A\r` : '\r';
  }
}

/** What is said before the first step. */
export function heading({ scenario, target, steps }: RunInfo, { colors, columns }: Screen): string {
  const title = `${colors.bold(plain(scenario.name, 60))} on ${plain(target, 30)}`;
  const about = cut(plain(scenario.description ?? '', 200), columns - 1);
  const last = colors.dim(`${counted(steps.length, 'step')}, seed ${scenario.seed}`);
  return [title, ...(about ? [about] : []), last].join('\n');
}

/** The lines of one frame: the step, the requests, the replicas by version, the last failure. */
export function frame(progress: Progress, { colors, columns }: Screen): string[] {
  const room = Math.max(20, columns - 1);
  const { step, lanes } = progress;
  const sum = (key: 'ok' | 'failed' | 'unanswered' | 'unsent') => lanes.reduce((total, lane) => total + lane[key], 0);
  const place = cut(step.index < 0 ? `${step.count} steps` : `Step ${step.index + 1} of ${step.count}`, room);
  const free = room - widthOf(place) - 2;
  const time = free < 40 ? '' : `  ${clock(progress)}`;
  const name = free < 10 ? '' : cut(plain(step.name, 200), free - widthOf(time));
  const lines = ['', `${colors.cyan(place)}${name && `  ${colors.bold(name)}`}${colors.dim(time)}`];
  const failed = sum('failed');
  const said = [`${count(Math.round(progress.ratePerS))} requests/s`, `${count(sum('ok'))} ok`];
  const lost = `${count(failed)} failed`;
  const odd = [
    sum('unsent') && `${count(sum('unsent'))} unsent`,
    sum('unanswered') && `${count(sum('unanswered'))} unanswered`,
  ].filter((each) => each !== 0);
  const numbers = [...said, lost, ...odd].join('  ');
  lines.push(
    widthOf(numbers) <= room ? numbers.replace(lost, failed > 0 ? colors.red(lost) : lost) : cut(numbers, room),
  );
  for (const [version, replicas] of byVersion(progress.replicas)) {
    const label = pad(cut(version, 16), 16);
    const blocks = replicas.map((replica) => stateOf(replica)).filter(({ word }) => word !== 'exited');
    if (blocks.length === 0) continue;
    const shown = blocks.slice(0, Math.min(24, Math.max(1, room - 18)));
    const words = cut(inWords(blocks.map(({ word }) => word)), room - 18 - shown.length);
    lines.push(
      `${label} ${shown.map(({ block, paint }) => colors[paint](block)).join('')} ${colors.dim(words)}`.trimEnd(),
    );
  }
  const last = lastFailure(progress);
  if (last !== undefined) lines.push(colors.red(cut(last, room)));
  return lines;
}

function lastFailure({ lanes }: Progress): string | undefined {
  const failures = lanes.flatMap(({ lane, lastFailure }) => (lastFailure ? [{ lane, ...lastFailure }] : []));
  const [last] = failures.sort((a, b) => b.trafficMs - a.trafficMs);
  if (last === undefined) return undefined;
  return `Last failure: at ${moment(last.trafficMs)} a request of ${plain(last.lane, 60)} ${deedOf(last.outcome)}`;
}

/** The same clock as the result's: it starts with the traffic. */
function clock({ trafficMs, leftMs }: Progress): string {
  const elapsed = trafficMs === null ? 'no traffic yet' : `${moment(trafficMs)} of traffic`;
  return leftMs === null ? elapsed : `${elapsed}, about ${Math.max(0, Math.round(leftMs / 1000))} s left`;
}

function byVersion(replicas: readonly Replica[]): [string, Replica[]][] {
  const versions = Map.groupBy(replicas, ({ version }) => plain(version, 40) || '?');
  return [...versions].slice(0, 6);
}

/** A replica as a block and as a word, for those who cannot tell the blocks or the colours apart. */
function stateOf({ phase, ready }: Replica): {
  word: string;
  block: string;
  paint: 'green' | 'yellow' | 'red' | 'dim';
} {
  if (phase === 'exited') return { word: 'exited', block: ' ', paint: 'dim' };
  if (phase === 'terminating') return { word: 'terminating', block: '▽', paint: 'yellow' };
  if (ready) return { word: 'ready', block: '■', paint: 'green' };
  return phase === 'running'
    ? { word: 'not ready', block: '□', paint: 'yellow' }
    : { word: 'starting', block: '△', paint: 'yellow' };
}

/** `2 ready, 1 starting` */
function inWords(words: readonly string[]): string {
  return [...Map.groupBy(words, (word) => word)].map(([word, all]) => `${all.length} ${word}`).join(', ');
}
