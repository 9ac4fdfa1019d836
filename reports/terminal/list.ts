import { plain } from '../plain.ts';
import type { Progress, Reporter } from '../reporter.ts';
import type { Screen } from '../screen.ts';
import { heading, LiveFrame } from './live.ts';
import { summary } from './summary.ts';

/** The terminal: live where lines can be redrawn, else a line at each step and at the first failure of each lane in it. */
export function list(screen: Screen): Reporter {
  const live = screen.live ? new LiveFrame(screen) : undefined;
  const say = (line: string) => (live ? live.above(line) : screen.write(`${line}\n`));
  let step = -1;
  let failedBefore = new Map<string, number>();
  let told = new Set<string>();

  function lineByLine(progress: Progress): void {
    const at = `${(progress.elapsedMs / 1000).toFixed(1)} s`.padStart(8);
    if (progress.step.index !== step) {
      step = progress.step.index;
      told = new Set();
      say(`${at}  step ${step + 1} of ${progress.step.count}: ${plain(progress.step.name, 200)}`);
    }
    for (const { lane, failed } of progress.lanes) {
      if (failed > (failedBefore.get(lane) ?? 0) && !told.has(lane)) {
        told.add(lane);
        const what = progress.lastFailure === undefined ? '' : `: ${plain(progress.lastFailure, 300)}`;
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
    async onEnd(result, folder) {
      live?.clear();
      screen.write(summary(result, folder, screen));
    },
  };
}
