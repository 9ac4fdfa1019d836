import type { Answer } from '../answer.ts';
import type { AnswerJudge, Judgement } from '../judge.ts';
import { canBeAsked } from '../request.ts';

/** RFC 9110, 15.4. */
const redirects = new Set([301, 302, 303, 307, 308]);

/** The path that an answer sends to, where it does so and stays with the origin of `url`; else null. */
export function redirectOf(status: number, location: string | null, url: string): string | null {
  if (!redirects.has(status) || location === null) return null;
  const from = URL.parse(url);
  const to = URL.parse(location, url);
  if (from === null || to === null || to.origin !== from.origin) return null;
  const path = to.pathname + to.search;
  return canBeAsked(path) ? path : null;
}

/** Takes a redirect that will be followed for a good answer; all else is as the judge of the last answer says. */
export class RedirectsToo implements AnswerJudge {
  readonly last: AnswerJudge;
  readonly needsBody: boolean;
  readonly #url: string;

  constructor(last: AnswerJudge, url: string) {
    this.last = last;
    this.needsBody = last.needsBody;
    this.#url = url;
  }

  judge(answer: Answer, asset: string | null = null): Judgement {
    const judgement = this.last.judge(answer, asset);
    const { outcome } = judgement.ending;
    const isWhole = outcome === 'status' || outcome === 'invalid' || outcome === 'ok';
    if (!isWhole || redirectOf(answer.status as number, answer.header('location'), this.#url) === null)
      return judgement;
    return { ...judgement, ending: { outcome: 'ok', phase: null, detail: null } };
  }

  identifyHead(answer: Answer) {
    return this.last.identifyHead(answer);
  }
}
