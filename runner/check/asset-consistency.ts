import { Type } from 'typebox';
import { isWrongContentType } from '../../record/content-type.ts';
import type { LaneFacts, RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from './check.ts';
import { count, list, onLane } from './phrases.ts';

/** More than can be there at once: no lane has more than 10,000. The one that was silent for longest is judged as it is. */
const mostVisitors = 65_536;
/** A visitor that met one of three replicas by chance each time misses none: (2/3)^35 is below one in a million. */
const leastVisitors = 35;
/** Of visitors; where more pages do not say their version, the versions were not compared. */
const unnamedBound = 0.01;
const mostPairs = 1000;
const mostExamples = 5;

export const assetConsistency: Check<Record<string, never>> = {
  name: 'asset-consistency',
  summary: 'Each visitor gets a page and its assets of one version: none is missing, none is something else.',
  options: Type.Object({}, { additionalProperties: false }),
  falseAlarm: 0,
  fold: (_options, facts, lane) => new AssetConsistency(facts, lane),
};

/** What is wrong with an asset: from another version than the page, not there (404, 410), of a wrong content type. */
const faults = ['mixed', 'missing', 'wrongType'] as const;
type Fault = (typeof faults)[number];

const faultWords: Record<Fault, string> = {
  mixed: 'by another version than the page',
  missing: 'not found',
  wrongType: 'of a wrong content type',
};

interface Visitor {
  /** undefined: it has not come yet; rows have no order that is promised. */
  page: { isGood: boolean; version: string | null } | undefined;
  assets: Asset[];
}

interface Asset {
  path: string;
  version: string | null;
  status: number;
  missing: boolean;
  wrongType: boolean;
  /** No whole answer came, or one that says nothing of assets, as a 503. */
  lost: boolean;
}

class AssetConsistency implements Fold<Finding> {
  readonly #lane: string | null;
  readonly #lanes: ReadonlyMap<string, LaneFacts>;
  readonly #open = new Map<string, Visitor>();
  readonly #pairs = new Map<string, number>();
  readonly #examples: string[] = [];
  readonly #assets: Record<Fault, number> = { mixed: 0, missing: 0, wrongType: 0 };
  readonly #visitors: Record<Fault, number> = { mixed: 0, missing: 0, wrongType: 0 };
  #judged = 0;
  #broken = 0;
  #answers = 0;
  #lost = 0;
  #unnamed = 0;

  constructor(facts: RunFacts, lane: string | null) {
    this.#lane = lane;
    this.#lanes = new Map(
      facts.lanes
        .filter(({ name, connection }) => connection === 'session' && (lane === null || lane === name))
        .map((each) => [each.name, each]),
    );
  }

  batch(batch: AttemptBatch): void {
    if (this.#lanes.size === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const session = batch.session.at(row);
      const lane = this.#lanes.get(batch.lane.at(row) as string);
      if (session === null || lane === undefined) continue;
      const page = pageOf(batch.id.at(row) as string, session, lane);
      this.#note(page, this.#open.get(page) ?? { page: undefined, assets: [] }, batch, row);
    }
  }

  /** `session`: the id of the page. */
  #note(session: string, visitor: Visitor, batch: AttemptBatch, row: number): void {
    if (batch.id.at(row) === session)
      visitor.page = { isGood: batch.outcome.at(row) === 'ok', version: batch.version.at(row) };
    else visitor.assets.push(assetOf(batch, row));
    this.#open.delete(session);
    this.#open.set(session, visitor);
    if (this.#open.size <= mostVisitors) return;
    const [longest, silent] = this.#open.entries().next().value as [string, Visitor];
    this.#open.delete(longest);
    this.#judge(longest, silent);
  }

  #judge(session: string, { page, assets }: Visitor): void {
    if (!page?.isGood) return;
    const answered = assets.filter(({ lost }) => !lost);
    this.#lost += assets.length - answered.length;
    if (answered.length === 0) return;
    this.#judged++;
    this.#answers += answered.length;
    const isUnnamed = page.version === null || answered.some(({ version }) => version === null);
    if (isUnnamed) this.#unnamed++;
    const wrong = answered
      .map((asset) => ({ asset, of: faultsOf(asset, page.version) }))
      .filter(({ of }) => of.length > 0);
    const [first] = wrong;
    if (first === undefined) return;
    this.#broken++;
    for (const { asset, of } of wrong) {
      for (const fault of of) this.#assets[fault]++;
      if (of.includes('mixed')) this.#pair(page.version as string, asset.version as string);
    }
    for (const fault of faults) if (wrong.some(({ of }) => of.includes(fault))) this.#visitors[fault]++;
    if (this.#examples.length < mostExamples) this.#examples.push(exampleOf(session, page.version, first.asset));
  }

  #pair(page: string, asset: string): void {
    const key = JSON.stringify([page, asset]);
    if (this.#pairs.has(key) || this.#pairs.size < mostPairs) this.#pairs.set(key, (this.#pairs.get(key) ?? 0) + 1);
  }

  done(): { result: Finding } {
    for (const [session, visitor] of this.#open) this.#judge(session, visitor);
    this.#open.clear();
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const expected = { mixed: 0, missing: 0, wrongType: 0 };
    const where = onLane(this.#lane);
    const isFlow = [...this.#lanes.values()].every(({ flow }) => flow === true);
    if (this.#lanes.size === 0 || (isFlow && this.#judged === 0 && this.#lost === 0))
      return {
        verdict: 'not-applicable',
        message: `There are no visitors${where}, who ask for a page and its assets.`,
        hint: 'give a lane connection: session, with a page and assets: auto',
        expected,
        actual: { visitors: 0 },
      };
    const actual = {
      visitors: this.#judged,
      whole: this.#judged - this.#broken,
      broken: this.#broken,
      brokenBy: this.#visitors,
      assets: { answered: this.#answers, lost: this.#lost, ...this.#assets },
      withoutVersion: this.#unnamed,
      mixes: [...this.#pairs].map(([key, number]) => {
        const [page, asset] = JSON.parse(key) as [string, string];
        return { page, asset, number };
      }),
      examples: this.#examples,
    };
    const found = { expected, actual };
    const lost = this.#lost === 0 ? '' : ` (${count(this.#lost, 'asset')} got no answer that tells.)`;
    if (this.#broken > 0) return { ...found, verdict: 'fail', message: `${this.#whatIsBroken(where)}${lost}` };
    if (this.#judged < leastVisitors)
      return {
        ...found,
        verdict: 'inconclusive',
        message: `Only ${count(this.#judged, 'visitor')}${where} got a page and an answer for an asset, too few to tell.${lost}`,
        hint: `let ${leastVisitors} visitors or more come, and name the page's assets in its HTML (assets: auto) or the scenario`,
      };
    if (this.#unnamed > this.#judged * unnamedBound)
      return {
        ...found,
        verdict: 'inconclusive',
        message: `Nothing was missing, but ${this.#unnamed} of ${count(this.#judged, 'visitor')}${where} got an answer that does not say its version.`,
        hint: 'set identity.version to a header that pages and assets have',
      };
    const message = `All ${count(this.#judged, 'visitor')}${where} got a page and its assets of one version: ${count(this.#answers, 'asset')}, none missing, none of a wrong type.${lost}`;
    return { ...found, verdict: 'pass', message };
  }

  #whatIsBroken(where: string): string {
    const parts = faults
      .filter((fault) => this.#assets[fault] > 0)
      .map((fault) => `${this.#assets[fault].toLocaleString('en-US')} ${faultWords[fault]}`);
    const share = `${this.#broken.toLocaleString('en-US')} of ${count(this.#judged, 'visitor')}${where}`;
    return `${share} got a page whose assets do not fit it: ${list(parts)}; such as ${this.#examples[0]}.`;
  }
}

/**
 * The id of the page that an attempt belongs to. The page of a visit has the visitor's own name for its id; where a flow
 * says what is asked for, a visitor asks for several pages, and for what is no page, `V.1`, `V.2`, and `V.2.1` is an asset.
 */
function pageOf(id: string, session: string, { flow }: LaneFacts): string {
  if (flow !== true) return session;
  const [page] = id.slice(session.length + 1).split('.');
  return `${session}.${page}`;
}

function assetOf(batch: AttemptBatch, row: number): Asset {
  const status = batch.status[row] as number;
  const missing = status === 404 || status === 410;
  const wrongType = isWrongContentType(batch.detail.at(row));
  const isWhole = batch.outcome.at(row) === 'ok' || wrongType || (missing && batch.outcome.at(row) === 'status');
  return {
    path: batch.path.at(row) as string,
    version: batch.version.at(row),
    status,
    missing,
    wrongType,
    lost: !isWhole,
  };
}

function faultsOf({ version, missing, wrongType }: Asset, page: string | null): Fault[] {
  const isMixed = page !== null && version !== null && version !== page;
  return faults.filter((fault) => (fault === 'mixed' ? isMixed : fault === 'missing' ? missing : wrongType));
}

function exampleOf(session: string, page: string | null, { path, version, status, wrongType }: Asset): string {
  const by = version === null ? '' : ` by ${version}`;
  const how = wrongType ? 'as something else' : `with ${status}`;
  return `visitor ${session}, whose page${page === null ? '' : ` of ${page}`} names ${path}, answered ${how}${by}`;
}
