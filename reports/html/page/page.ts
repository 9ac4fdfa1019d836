import type { Result } from '../../../record/result.ts';
import { attempts } from './attempts.ts';
import { page } from './browser.ts';
import { figures } from './figures.ts';
import { causes, checks, hints, whatHappened } from './findings.ts';
import { numbers } from './numbers.ts';
import { replicas, usage } from './replicas.ts';
import { aboutTheRun, lanes, steps } from './tables.ts';

const data = page.document.getElementById('result');
const main = page.document.getElementById('report');
if (data && main) {
  const result = JSON.parse(data.textContent ?? '') as Result;
  const { sections, draw } = figures(result);
  const [timeline, shares, latency] = sections;
  const parts = [
    numbers(result),
    whatHappened(result),
    causes(result),
    hints(result),
    timeline ?? null,
    checks(result),
    shares ?? null,
    latency ?? null,
    usage(result),
    replicas(result),
    attempts(result),
    lanes(result),
    steps(result),
    aboutTheRun(result),
  ];
  main.replaceChildren(...parts.filter((part) => part !== null));
  // Text on a canvas is drawn once: not before its font is there.
  const fonts = ['12px Inter', '600 12px Inter'].map((font) => page.document.fonts.load(font));
  Promise.allSettled(fonts).then(draw, draw);
}
