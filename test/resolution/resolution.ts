import { parseArgs } from 'node:util';
import { measureOutages } from './outages.ts';

/**
 * By hand, on a machine with nothing else to do: `node test/resolution/resolution.ts [--trials 100]`. How well the record
 * shows outages of 5, 20 and 100 ms at 1,000 new connections a second.
 */
const { values } = parseArgs({ options: { trials: { type: 'string', default: '100' } } });
const trials = Number(values.trials);

console.log('| outage | trials | probed | bracket contains the truth | estimate within 2 ms | largest error |');
console.log('|---|---|---|---|---|---|');
for (const closedMs of [5, 20, 100]) {
  const measured = await measureOutages(closedMs, trials);
  const errors = measured.map(({ estimateMs, truthMs }) => Math.abs(estimateMs - truthMs));
  const contained = measured.filter(({ contains }) => contains).length;
  const close = errors.filter((error) => error <= 2).length;
  const probed = measured.filter(({ sentWithin }) => sentWithin > 0).length;
  const largest = Math.max(...errors).toFixed(2);
  console.log(`| ${closedMs} ms | ${measured.length} | ${probed} | ${contained} | ${close} | ${largest} ms |`);
}
