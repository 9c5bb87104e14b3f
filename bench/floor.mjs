// The floor beside which a reply is measured: the same bytes from memory, by the plainest server there is.
// argv: the file that holds them. Prints its port.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const body = readFileSync(process.argv[2]);
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
