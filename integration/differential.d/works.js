// What an ordinary Node program does: files through its thread pool, children, a server and its client, workers, timers.
'use strict';
const fs = require('fs'), http = require('http'), child = require('child_process');
const { Worker } = require('worker_threads');

async function main() {
  const name = fs.mkdtempSync('/tmp/works') + '/a';
  await fs.promises.writeFile(name, 'text');
  await fs.promises.copyFile(name, name + 'b');
  console.log('files', (await Promise.all([1, 2, 3, 4, 5].map(() => fs.promises.readFile(name, 'utf8')))).join());
  console.log('stat', (await fs.promises.stat(name + 'b')).size);
  console.log('child', child.execFileSync('/bin/echo', ['hello']).toString().trim());
  console.log('worker', await new Promise((done) => new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', { eval: true }).on('message', done)));
  const server = http.createServer((_, answer) => answer.end('hello'));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const body = await new Promise((done, fail) => http.get({ host: '127.0.0.1', port: server.address().port }, (answer) => answer.on('data', (text) => done(text.toString()))).on('error', fail));
  server.close();
  console.log('http', body);
  await new Promise((done) => setTimeout(done, 20));
  console.log('random', require('crypto').randomBytes(8).length);
  process.exit(0);
}
main().catch((error) => { console.log('failed', error.code, error.message); process.exit(1); });
