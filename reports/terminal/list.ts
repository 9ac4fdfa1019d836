import { deedOf } from '../failures.ts';
import { plain } from '../plain.ts';
import type { Progress, Reporter } from '../reporter.ts';
import type { Screen } from '../screen.ts';
import { moment } from '../words.ts';
import { heading, LiveFrame } from './live.ts';
import { summary } from './summary.ts';

/** The terminal: live where lines can be redrawn, else a line at each step and at the first failure of each lane in it. */
export function list(screen: Screen): Reporter {
  const live = screen.live ? new LiveFrame(screen) : undefined;
  const say = (line: string) => (live ? live.above(line) : screen.write(`${line}\n`));
  let step: number | undefined;
  let failedBefore = new Map<string, number>();
  let told = new Set<string>();

  function lineByLine(progress: Progress): void {
    const { trafficMs } = progress;
    const at = (trafficMs === null ? '' : moment(trafficMs)).padStart(8);
    if (progress.step.index !== step) {
      step = progress.step.index;
      told = new Set();
      const place = step < 0 ? '' : `step ${step + 1} of ${progress.step.count}: `;
      say(`${at}  ${place}${plain(progress.step.name, 200)}`);
    }
    for (const { lane, failed, lastFailure } of progress.lanes) {
      if (failed > (failedBefore.get(lane) ?? 0) && !told.has(lane)) {
        told.add(lane);
        const what = lastFailure === undefined ? '' : `; the last one ${deedOf(lastFailure.outcome)}`;
        say(`${at}  requests of ${plain(lane, 60)} fail${what}`);
      }
    }
    failedBefore = new Map(progress.lanes.map(({ lane, failed }) => [lane, failed]));
  }

  return {
    name: 'list',
    onStart: (info) => say(heading(info, screen)),
    onProgress: (progress) => (live ? live.draw(progress) : lineByLine(progress)),
    onNotice: (line) => say(screen.colors.dim(plain(line, 500))),
    onOutput: (line) => say(`${screen.colors.dim('|')} ${plain(line, 500)}`),
    async onEnd(result, folder) {
      live?.clear();
      screen.write(summary(result, folder, screen));
    },
  };
}
