// `spread-aggregator/client`: the typed client of feed protocol v2. Nothing of the server comes with it but the words of
// the protocol.

export type {
  ControlMessage,
  Flag,
  Format,
  Gap,
  Heartbeat,
  Hello,
  MarketMessage,
  Opportunities,
  OpportunityRow,
  PairNames,
  Quote,
  Refusal,
  RequestError,
  ServerMessage,
  Since,
  SnapshotReason,
  Spread,
  SpreadLeg,
  SpreadReason,
  Status,
  Stream,
  SubscribeRequest,
} from '../feed/protocol.js';
export {
  CONFLATE_MS,
  FEED_PATH,
  FLAGS,
  FORMATS,
  REFUSALS,
  SNAPSHOT_REASONS,
  SPREAD_REASONS,
  STREAMS,
} from '../feed/protocol.js';
export type { ClientClock } from './clock.js';
export { Decoder } from './decode.js';
export { FeedClient } from './feed-client.js';
export type { Disconnect, FeedClientOptions, FeedEvents, Hole, WebSocketLike } from './words.js';
