import { placeOf } from '../targets/address.ts';
import { addressesFor } from '../targets/resolve.ts';
import type { Route, Target } from '../targets/target.ts';
import type { Scenario } from './scenario/scenario.ts';
import { orInterrupted } from './steps/wait-for.ts';
import type { Lane } from './traffic/lane.ts';

/** To the Services that lanes name, by name, and to what nobody deploys, by URL. Rejects as Target.route does, or with Interrupted. */
export async function routesOfLanes(
  scenario: Scenario,
  target: Target,
  signal: AbortSignal,
): Promise<Map<string, Route>> {
  const routes = new Map<string, Route>();
  for (const { service, control } of scenario.lanes) {
    if (service !== null && !routes.has(service))
      routes.set(service, await orInterrupted(target.route(service), signal));
    if (control !== null) routes.set(control, routeOfControl(control, scenario));
  }
  return routes;
}

/** The same way, to another place: the same authorities are trusted, the same `app.resolve` says where it is. */
function routeOfControl(url: string, { app }: Scenario): Route {
  const { servername, ...trust } = app.tls ?? {};
  const isSameHost = URL.parse(url)?.hostname === URL.parse(app.url ?? '')?.hostname;
  const tls = { ...trust, ...(isSameHost && servername !== undefined && { servername }) };
  const addresses = addressesFor(app.resolve ?? [], placeOf(new URL(url)));
  return { kind: 'address', url, tls, ...(addresses && { addresses }) };
}

/** Other engines than ours go to the balancer's port, where the target has no address of its own for the app. */
export function throughBalancer(lanes: readonly Lane[], { kind }: Route): string[] {
  if (kind !== 'choice') return [];
  const names = lanes.filter(({ engine, control }) => engine !== 'builtin' && control === null).map(({ name }) => name);
  return names.map(
    (name) =>
      `Lane ${name} goes through the balancer, which accepts connections in a replica's place: what would be refused there is reset here.`,
  );
}
