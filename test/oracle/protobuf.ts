// The one door to the protocol buffers library that our own reader is compared with, and the messages of
// MEXC's public spot channels as it wants them written. Optional, as every oracle: without it tests skip.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../support/shared.js';

/** The little of protobufjs that is used. */
export interface MessageType {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  fromObject(message: object): object;
}

interface Library {
  parse(source: string): { readonly root: { lookupType(name: string): MessageType } };
}

const SCHEMA = `
syntax = "proto3";
message PublicAggreBookTickerV3Api {
  string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4;
  string version = 5; int64 lastOrderCreateTime = 6;
}
message PublicAggreDealsV3ApiItem {
  string price = 1; string quantity = 2; int32 tradeType = 3; int64 time = 4; string tradeId = 5;
}
message PublicAggreDealsV3Api { repeated PublicAggreDealsV3ApiItem deals = 1; string eventType = 2; }
message PublicLimitDepthV3ApiItem { string price = 1; string quantity = 2; }
message PublicLimitDepthsV3Api {
  repeated PublicLimitDepthV3ApiItem asks = 1; repeated PublicLimitDepthV3ApiItem bids = 2;
  string eventType = 3; string version = 4; int64 lastOrderCreateTime = 5;
}
message PublicBookTickerV3Api {
  string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4;
}
message PublicBookTickerBatchV3Api { repeated PublicBookTickerV3Api items = 1; }
message PushDataV3ApiWrapper {
  string channel = 1; optional string symbol = 3; optional string symbolId = 4;
  optional int64 createTime = 5; optional int64 sendTime = 6;
  oneof body {
    PublicLimitDepthsV3Api publicLimitDepths = 303;
    PublicBookTickerV3Api publicBookTicker = 305;
    PublicBookTickerBatchV3Api publicBookTickerBatch = 311;
    PublicAggreDealsV3Api publicAggreDeals = 314;
    PublicAggreBookTickerV3Api publicAggreBookTicker = 315;
  }
}
// As the exchange may extend them one day: each number is free in the messages above.
message LaterTicker {
  string bidPrice = 1; string askQuantity = 4; int64 lastOrderCreateTime = 6;
  double ratio = 7; float share = 8; repeated uint64 counts = 9; bytes more = 4000; sint64 turn = 16;
}
message LaterWrapper {
  string channel = 1; fixed64 nonce = 2; string symbol = 3; int64 sendTime = 6; fixed32 sum = 20;
  LaterTicker publicAggreBookTicker = 315; LaterTicker publicNew = 400;
}
`;

export function messageTypes():
  | { readonly typeOf: (name: string) => MessageType; readonly skip: false }
  | { readonly typeOf: null; readonly skip: string } {
  const home = join(projectRoot(), 'test', 'oracle');
  if (!existsSync(join(home, 'node_modules', 'protobufjs'))) {
    return { typeOf: null, skip: 'no oracle here: run `npm ci` in test/oracle' };
  }
  const library = createRequire(join(home, 'package.json'))('protobufjs') as Library;
  const { root } = library.parse(SCHEMA);
  return { typeOf: (name) => root.lookupType(name), skip: false };
}
