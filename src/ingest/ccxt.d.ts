// ccxt is an optional peer: it may be absent where this is compiled. What of it is used says ccxt-types.ts.
declare module 'ccxt';
