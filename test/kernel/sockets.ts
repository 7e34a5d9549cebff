// Real sockets, to hold the lab against: each end is a namespace with a TCP stack of its own, and connects
// as any program does. Slow where rules drop, since only time tells; the lab is for everything else.
import { inNamespace } from './tools.ts'

/** An end with one IPv4 address. */
export interface SocketEnd {
  readonly name: string
  readonly address: string
}

/** A TCP connection to try, by names of ends. */
export interface SocketTry {
  readonly from: string
  readonly to: string
  readonly port: number
}

/** Long, since all is tried at once on a machine that may be slow; only what is dropped waits so long. */
const patience = 3

/** Whether each connection is made; every end listens on all ports. Throws where a script fails. */
export function trySockets(
  ends: readonly SocketEnd[],
  ports: readonly number[],
  load: string,
  tries: readonly SocketTry[],
): readonly boolean[] {
  const addressOf = new Map(ends.map(({ name, address }) => [name, address]))
  const { status, out, err } = inNamespace(
    [
      'mount -t tmpfs lab /run; mkdir /run/netns; ip link set lo up',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      ...ends.map(endScript),
      ...ends.map((end) => serverScript(end, ports)),
      `{ ${load}; } > /run/load 2>&1`,
      // In a shell of its own, which waits for these and not for the servers.
      `( ${tries.map((one, index) => tryScript(one, addressOf.get(one.to) ?? '', index)).join('\n')}\nwait )`,
      ...tries.map((_, index) => `cat /run/try${index}`),
      'kill $(jobs -p)',
    ].join('\n'),
  )
  const answers = out.trim().split('\n')
  if (status !== 0 || answers.length !== tries.length) throw new Error(`${status}: ${out}${err}`)
  return answers.map((answer) => answer === 'true')
}

function endScript({ name, address }: SocketEnd, index: number): string {
  const inside = `ip -n ${name}`
  return `
    ip netns add ${name}
    ip link add cable${index} type veth peer name eth0 netns ${name}
    echo 1 > /proc/sys/net/ipv4/conf/cable${index}/proxy_arp
    ip addr add 169.254.1.1/32 dev cable${index}
    ip link set cable${index} up
    ip route add ${address} dev cable${index}
    ${inside} link set lo up
    ${inside} link set eth0 up
    ${inside} addr add ${address} dev eth0
    ${inside} route add 169.254.1.1 dev eth0
    ${inside} route add default via 169.254.1.1 dev eth0`
}

/** Starts a server in an end and waits till it listens. */
function serverScript({ name }: SocketEnd, ports: readonly number[]): string {
  return `
    ip netns exec ${name} python3 -c '${server(ports)}' > /run/${name} &
    until [ -s /run/${name} ]; do sleep 0.02; done`
}

function tryScript({ from, port }: SocketTry, address: string, index: number): string {
  const client = `read -r word < /dev/tcp/${address}/${port}; [ "$word" = here ]`
  return `{ ip netns exec ${from} timeout ${patience} bash -c '${client}' 2> /dev/null &&
    echo true || echo false; } > /run/try${index} &`
}

/** A Python program that says "here" on each connection, and once at the start that it listens. */
function server(ports: readonly number[]): string {
  return `
import selectors, socket
waiting = selectors.DefaultSelector()
for port in ${JSON.stringify(ports)}:
    waiting.register(socket.create_server(("", port), backlog=64), selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in waiting.select():
        with key.fileobj.accept()[0] as one:
            one.sendall(b"here\\n")`
}
