// The simulated world of `fidelity`, in a process of its own, which keeps every best bid and ask as it goes out to a
// client. argv: seed, coins, quotes a second.
// To its parent it says where the exchanges stand and what they list; asked for it, what they sent.

import { compiled } from './place.mjs';

const { createRealClock } = await import(compiled('src/clock.js'));
const { SIM_EXCHANGES } = await import(compiled('src/sim/exchanges/index.js'));
const { startGeneratedWorld } = await import(compiled('src/sim/world.js'));

const [seed, symbols, quotesPerSecond] = process.argv.slice(2).map(Number);
/** By exchange, then by its spelling of the symbol: bid, ask, bid, ask … in the order of sending. */
const sent = {};

const world = await startGeneratedWorld({
  clock: createRealClock(),
  exchanges: SIM_EXCHANGES,
  port: 0,
  seed,
  symbols,
  quotesPerSecond,
});
const listings = Object.fromEntries(
  SIM_EXCHANGES.map(({ name }) => [name, world.server.exchange(name).book.listing]),
);
for (const { name } of SIM_EXCHANGES) {
  sent[name] = {};
  world.server.exchange(name).onSent((symbol, { quote: { bid, ask } }) => {
    sent[name][symbol] ??= [];
    sent[name][symbol].push(bid, ask);
  });
}
process.on('message', () => process.send({ sent }));
process.on('disconnect', () => process.exit());
process.send({ urls: world.server.urls, listings });
