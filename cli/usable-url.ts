import { shown } from '../runner/scenario/problem.ts';
import { urlFault } from '../targets/address.ts';
import { wrongUse } from './wrong-use.ts';

/** `where`: the flag or the word that said it. Throws HITLESS_USAGE, where a scenario would speak of its fields. */
export function refuseUnusable(text: string, where: string): void {
  const url = URL.parse(text);
  // The one goes with the path, the other is nobody's business but a browser's.
  if (url !== null) [url.search, url.hash] = ['', ''];
  const fault = urlFault(url?.href ?? text);
  if (fault === undefined) return;
  // What is in front of an @ may be a password.
  throw wrongUse(`${where}: ${fault}${text.includes('@') ? '' : `, got ${shown(text)}`}`);
}
