import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../reporter.ts';
import { formatPage } from './document.ts';

/**
 * Writes report.html, and its charts as pictures beside it. The pictures need a native library: where that fails, the
 * report still comes, and then `onEnd` rejects with what went wrong.
 */
export function html(): Reporter {
  return {
    name: 'html',
    async onEnd(result, folder) {
      await writeFile(join(folder, 'report.html'), formatPage(result));
      try {
        const { drawCharts } = await import('../charts/draw.ts');
        await drawCharts(result, folder);
      } catch (error) {
        const why = (error as Error).message.split('\n')[0];
        throw new Error(`report.html is there, its charts as pictures are not (${why})`, { cause: error });
      }
    },
  };
}
