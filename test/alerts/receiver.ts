// A server that takes what is posted to it, as the one behind a webhook or as Telegram's, and answers as it is told.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly type: string | undefined;
  readonly body: Record<string, unknown>;
}

export interface Receiver {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly taken: Taken[];
  /** For the next requests, in turn; afterwards 200 again. */
  answers(...next: ((response: ServerResponse) => void)[]): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const taken: Taken[] = [];
  const queue: ((response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      taken.push({ method, path, type: headers['content-type'], body: JSON.parse(text) });
      const answer = queue.shift() ?? ((reply: ServerResponse) => reply.end('{"ok":true}'));
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    answers: (...next) => queue.push(...next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answering(status: number, body = '', headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };
}
