import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { type Flow, type FlowVisit, NotGood } from '../../../index.ts';

/** What visitors of tests do, by the names of their lanes. */
const flows = {
  /** Four requests in turn, whatever comes of them. */
  four: async (visit) => {
    for (let i = 0; i < 4; i++) await visit.get('/', { goOn: true });
  },

  /** Several at once. */
  together: async (visit) => {
    await Promise.all(Array.from({ length: 8 }, () => visit.get('/', { goOn: true })));
  },

  /** Goes in, and asks three times who it is. */
  members: async (visit) => {
    await visit.post('/login', { name: `visitor ${visit.number}` });
    for (let i = 1; i <= 3; i++) {
      const { name } = (await visit.get(`/me/${i}`)).json<{ name: string }>();
      visit.expect(name === `visitor ${visit.number}`, `the server takes visitor ${visit.number} for ${name}`);
    }
  },

  leavesWhatIsNotGood: async (visit) => {
    await visit.get('/good');
    await visit.get('/bad');
    await visit.get('/never-asked');
  },

  catches: async (visit) => {
    const error = await visit.get('/bad').catch((thrown: unknown) => thrown);
    if (!(error instanceof NotGood)) throw new Error('it was no NotGood');
    await visit.get(`/after-${error.answer.status}`);
  },

  wrapsAndThrows: async (visit) => {
    try {
      await visit.get('/bad');
    } catch (cause) {
      throw new Error('no way in', { cause });
    }
  },

  goesOn: async (visit) => {
    const answer = await visit.get('/bad', { goOn: true });
    await visit.get(`/after-${answer.ok}-${answer.status}-${answer.header('X-Why')}-${answer.text()}`);
  },

  expects: async (visit) => {
    const first = await visit.get('/first');
    visit.expect(first.text() === 'ok', 'it says ok');
    await visit.get('/second');
    visit.expect(1 + 1 === 3, 'a cart\nwith three things');
    await visit.get('/never-asked');
  },

  asserts: async (visit) => {
    await visit.get('/first');
    assert.equal((await visit.get('/second')).status, 201);
  },

  wantsJson: async (visit) => {
    (await visit.get('/')).json();
  },

  expectsOfOne: async (visit) => {
    const [first] = await Promise.all([visit.get('/first'), visit.get('/second')]);
    first?.expect(false, 'the first is not what it should be');
  },

  own: async (visit) => {
    await visit.get('/missing', { expect: { status: 404 } });
    await visit.get('/strict', { expect: { json: { required: ['id'], properties: { id: { type: 'number' } } } } });
  },

  redirected: async (visit) => {
    const answer = await visit.post('/login', new URLSearchParams({ name: 'me' }), { follow: true });
    await visit.get(`/then?from=${encodeURIComponent(answer.path)}`);
  },

  notRedirected: async (visit) => {
    const answer = await visit.post('/login', undefined, { expect: { status: 302 } });
    await visit.get(answer.header('location') ?? '/none');
  },

  endlesslyRedirected: async (visit) => {
    await visit.get('/loop', { follow: 3 });
  },

  reads: async (visit) => {
    const { answer, assets } = await visit.page('/shop/');
    answer.expect(assets.length === 2, 'two assets');
    await visit.get('/done');
  },

  sends: async (visit) => {
    await visit.put('/thing?n=1', 'zwölf', { headers: { 'X-Kind': 'a', 'Content-Type': 'text/plain' } });
    await visit.post('/thing', [1, 2]);
    await visit.patch('/thing', new Uint8Array([104, 105]));
    await visit.delete('/thing');
    await visit.request('OPTIONS', '/thing');
  },

  thinks: async (visit) => {
    await visit.get('/before');
    await visit.think(120, 180);
    await visit.get('/after');
  },

  draws: async (visit) => {
    await visit.get(`/${visit.number}/${visit.random()}/${visit.random()}`);
  },

  floats: async (visit) => {
    void visit.get('/a');
    void visit.get('/b');
  },

  throws: async (visit) => {
    await visit.get('/');
    const cart = JSON.parse('{}');
    return cart.items.length;
  },

  throwsAtOnce: async () => {
    throw 'no error';
  },

  asksForNoPath: async (visit) => {
    await visit.get('cart');
  },

  mistypes: async (visit) => {
    await visit.get('/', { expcet: { status: 404 } } as object);
  },

  mistypesExpect: async (visit) => {
    await visit.get('/', { expect: { statsu: 404 } as object });
  },

  setsOurHeader: async (visit) => {
    await visit.get('/', { headers: { 'x-hitless-id': '1' } });
  },

  expectsTooLate: async (visit) => {
    const first = await visit.get('/first');
    await visit.get('/second');
    first.expect(first.ok, 'the first is good');
  },

  expectsPromise: async (visit) => {
    const answer = await visit.get('/');
    visit.expect((async () => answer.text() === 'no')(), 'it says no');
  },

  forgetsAwait: async (visit) => {
    const buy = async () => {
      await visit.get('/buy');
      throw new RangeError('sold out');
    };
    void buy();
    await visit.get('/');
  },

  asksAfterItsEnd: async (visit) => {
    const later = async () => {
      await visit.get('/one');
      await visit.get('/two');
    };
    void later();
  },

  hangs: async (visit) => {
    await visit.get('/');
    await new Promise(() => {});
  },

  waitsByItself: async (visit) => {
    await visit.get('/');
    await pause(200);
    await visit.get('/never-asked-at-the-end');
  },

  neverEnds: async (visit) => {
    for (;;) {
      await visit.get('/');
      await visit.think(5);
    }
  },

  /** Takes what it is given at the end for an answer that is not good, and tries again for ever. */
  insists: async (visit) => {
    for (;;)
      try {
        await visit.get('/');
      } catch {}
  },

  asksForNothing: async () => {},

  blocks: async (visit) => {
    await visit.get('/');
    for (;;);
  },

  staysLong: async (visit) => {
    await visit.get('/');
    await visit.think(600_000);
  },
} satisfies Record<string, Flow>;

const names = Object.keys(flows) as (keyof typeof flows)[];

/** Where the engine finds a flow of these. */
export function flowOf(name: keyof typeof flows): { file: string; index: number; base: string } {
  return { file: import.meta.filename, index: names.indexOf(name), base: '' };
}

/** As far as threads look into a scenario for flows. */
export default { lanes: names.map((name) => ({ name, flow: flows[name] as (visit: FlowVisit) => Promise<unknown> })) };
