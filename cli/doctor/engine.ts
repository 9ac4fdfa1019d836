import { HitlessError } from '../../record/error.ts';
import type { Look } from './finding.ts';

/** Only `run` builds and starts images. */
export const lookAtEngine: Look = async () => {
  const name = 'docker engine';
  const { openEngine } = await import('../../targets/docker/engine/engine.ts');
  try {
    const engine = await openEngine();
    try {
      const { name: kind, version } = await engine.info();
      return [{ name, status: 'ok', message: `${kind} ${version} at ${engine.host}`.trim() }];
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof HitlessError)) throw error;
    const message = `${error.message}; run needs one for --target docker and to build images, verify none`;
    return [{ name, status: 'warning', message, ...(error.hint !== undefined && { mend: error.hint }) }];
  }
};
