// The simulated world of `fidelity`, in a process of its own, with a tap that keeps every best bid and ask as it
// goes out to a client. It changes nothing of what is sent. argv: seed, coins, quotes a second.
// To its parent it says where the exchanges stand and what they list; asked for it, what they sent.

import { compiled } from './place.mjs';

const { createRealClock } = await import(compiled('src/clock.js'));
const { SIM_EXCHANGES } = await import(compiled('src/sim/exchanges/index.js'));
const { startGeneratedWorld } = await import(compiled('src/sim/world.js'));

const [seed, symbols, quotesPerSecond] = process.argv.slice(2).map(Number);
/** By exchange, then by its spelling of the symbol: bid, ask, bid, ask … in the order of sending. */
const sent = {};

const exchanges = SIM_EXCHANGES.map(tapped);
const world = await startGeneratedWorld({
  clock: createRealClock(),
  exchanges,
  port: 0,
  seed,
  symbols,
  quotesPerSecond,
});
const listings = Object.fromEntries(
  exchanges.map(({ name }) => [name, world.server.exchange(name).book.listing]),
);
process.on('message', () => process.send({ sent }));
process.on('disconnect', () => process.exit());
process.send({ urls: world.server.urls, listings });

/** The exchange, whose connections tell `sent` of the quotes they carry. */
function tapped(exchange) {
  sent[exchange.name] = {};
  return {
    ...exchange,
    open(path, peer, book, nowUs) {
      // A conversation makes a frame of a quote it was given or of one it looked up; the frame is sent at once.
      const made = new Map();
      const sendQuote = peer.sendQuote.bind(peer);
      peer.sendQuote = (symbol, frame) => {
        const { bid, ask } = made.get(symbol);
        sent[exchange.name][symbol] ??= [];
        sent[exchange.name][symbol].push(bid, ask);
        sendQuote(symbol, frame);
      };
      const looked = {
        ...book,
        quoteOf(symbol, atUs) {
          const quote = book.quoteOf(symbol, atUs);
          made.set(symbol, quote);
          return quote;
        },
      };
      const conversation = exchange.open(path, peer, looked, nowUs);
      const quoteFrame = conversation.quoteFrame.bind(conversation);
      conversation.quoteFrame = (symbol, quote, updateId, eventUs) => {
        made.set(symbol, quote);
        return quoteFrame(symbol, quote, updateId, eventUs);
      };
      return conversation;
    },
  };
}
