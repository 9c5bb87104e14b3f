// A WebSocket frame cut into pieces, for sockets whose bytes trickle. Pure.

import type { SimFrame } from './exchange.js';

/** So many to a frame. */
const PIECES = 4;
const OPCODES = { text: 1, binary: 2, ping: 9, pong: 10 } as const;
export type FrameKind = keyof typeof OPCODES;

/** A whole frame as a server sends it, unmasked, in pieces. */
export function piecesOf(kind: FrameKind, frame: SimFrame): Buffer[] {
  const payload = Buffer.from(frame as string);
  const whole = Buffer.concat([headerOf(OPCODES[kind], payload.length), payload]);
  const size = Math.ceil(whole.length / PIECES);
  const pieces: Buffer[] = [];
  for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));
  return pieces;
}

function headerOf(opcode: number, length: number): Buffer {
  const isShort = length < 126;
  const isLong = length > 65_535;
  const header = Buffer.alloc(isShort ? 2 : isLong ? 10 : 4);
  header[0] = 0x80 | opcode;
  header[1] = isShort ? length : isLong ? 127 : 126;
  if (isLong) header.writeUIntBE(length, 4, 6);
  else if (!isShort) header.writeUInt16BE(length, 2);
  return header;
}
