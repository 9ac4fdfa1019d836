import type { ChartConfiguration } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { plain } from '../plain.ts';
import { count, counted, listed, percent } from '../words.ts';
import { frameOf, type Key } from './frame.ts';
import { lanePx } from './lanes.ts';
import { colorOf, type Look, versionsOf } from './look.ts';

const most = 40;

/** The share of the good answers that each replica gave. */
export function sharesChart(result: Result, look: Look): ChartConfiguration {
  const replicas = result.replicas.slice(0, most);
  const versions = versionsOf(result);
  const there = versions.filter((version) => replicas.some((replica) => replica.version === version));
  const keys: Key[] = there.map((version) => ({ label: plain(version, 24), color: colorOf(version, versions, look) }));
  const frame = frameOf(look, 'Answers by replica', keys);
  return {
    type: 'bar',
    data: {
      labels: replicas.map((_, index) => index),
      datasets: [
        {
          label: 'share',
          data: replicas.map(({ share }) => share),
          barThickness: 12,
          minBarLength: 2,
          backgroundColor: replicas.map(({ version }) => colorOf(version, versions, look)),
        },
      ],
    },
    options: {
      ...frame,
      indexAxis: 'y',
      interaction: { mode: 'nearest', intersect: true },
      scales: {
        x: { beginAtZero: true, suggestedMax: 0.1, display: false },
        y: { display: false, offset: true },
      },
      plugins: {
        ...frame.plugins,
        lanes: {
          look,
          lanes: replicas.map((replica) => ({
            label: nameOf(replica),
            note: `${count(replica.answered)} (${percent(replica.share)})${replica.failed > 0 ? `, ${count(replica.failed)} failed` : ''}`,
          })),
        },
        tooltip: { enabled: false },
      },
    },
  } as ChartConfiguration;
}

function nameOf({ name, pod }: Result['replicas'][number]): string {
  const names = [name, pod].filter((each) => each !== null).map((each) => plain(each, 60));
  return [...new Set(names)].join(' · ') || 'not known';
}

export function noteShares({ replicas }: Result): string {
  return replicas.length > most ? `the first ${most} of ${replicas.length}` : '';
}

export function shareHeight({ replicas }: Result): number {
  return Math.min(most, replicas.length) * lanePx + 54;
}

export function tellShares({ replicas }: Result): string {
  const told = replicas.slice(0, most).map((replica) => `${nameOf(replica)} ${percent(replica.share)}`);
  const more = replicas.length > most ? `, and ${replicas.length - most} more that are not drawn` : '';
  return `${counted(replicas.length, 'replica')} answered: ${listed(told)}${more}.`;
}
