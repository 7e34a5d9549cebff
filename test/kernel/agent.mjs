// One end of the lab, run inside of its network namespace: answers on every port asked for, and tries
// connections for the lines that it reads: `{ id, protocol, address, port }` → `{ id, passed }`.
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** Long, as all are tried at once on a machine that may be slow; only what is dropped waits so long. */
const patienceMs = 2000
const { tcp, udp } = JSON.parse(process.argv[2] ?? '{}')

await Promise.all([
  ...tcp.map(
    (port) =>
      new Promise((ready) => createServer((socket) => socket.end()).listen(port, '::', ready)),
  ),
  ...udp.map((port) => listenUdp(port)),
])
console.log(JSON.stringify({ ready: true }))

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, protocol, address, port } = JSON.parse(line)
  const passed = await (protocol === 'TCP' ? tryTcp(address, port) : tryUdp(address, port))
  console.log(JSON.stringify({ id, passed }))
})

function listenUdp(port) {
  return new Promise((ready) => {
    const socket = createSocket({ type: 'udp6' })
    socket.on('message', (message, { address, port: from }) => socket.send(message, from, address))
    socket.bind(port, '::', ready)
  })
}

function tryTcp(address, port) {
  return new Promise((settle) => {
    const socket = connect({ host: address, port })
    const end = (passed) => {
      socket.destroy()
      settle(passed)
    }
    socket.setTimeout(patienceMs, () => end(false))
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  })
}

function tryUdp(address, port) {
  return new Promise((settle) => {
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' })
    const timer = setTimeout(() => end(false), patienceMs)
    const end = (passed) => {
      clearTimeout(timer)
      socket.close()
      settle(passed)
    }
    socket.on('message', () => end(true))
    socket.on('error', () => end(false))
    socket.send('probe', port, address, (error) => error && end(false))
  })
}
