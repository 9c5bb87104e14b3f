// Who may change something over a socket: a page of this server, or a program on this machine. Any page that a
// browser shows can open a socket here; its browser says in `Origin` whose page it is.

import type { IncomingMessage } from 'node:http';

/** Who opened a socket. */
export interface Opener {
  readonly mayChange: boolean;
  /** As it was given; null where there was none. */
  readonly origin: string | null;
}

export function openerOf({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Opener {
  const { origin, host } = headers;
  if (origin === undefined) return { mayChange: isLoopback(socket.remoteAddress), origin: null };
  return { mayChange: host !== undefined && hostOf(origin) === host.toLowerCase(), origin };
}

/** Only programs send no Origin; one from another machine could be anybody's. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}

/** `null` (a sandboxed page, a file) and what is no URL have none. */
function hostOf(origin: string): string | null {
  return /^https?:\/\//i.test(origin) && URL.canParse(origin) ? new URL(origin).host : null;
}
