// Names of ports as elements of sets: an address with a number of its own.
import { type Family, printAddress } from '../../src/algebra/address.ts'
import { holds, type IntervalSet } from '../../src/algebra/interval.ts'
import type { Pod } from '../../src/cluster/types.ts'
import type { PortName } from '../../src/firewall/regions.ts'

/**
 * `10.0.0.7,tcp:8080` for each address of the family and number that a pod gives the name; only for
 * addresses in `within`, where that is given.
 */
export function namedPortElements(
  pods: readonly Pod[],
  { name, protocol }: PortName,
  family: Family,
  within: IntervalSet | null,
): readonly string[] {
  return pods.flatMap(({ addresses, ports }) =>
    ports
      .filter((port) => port.name === name && port.protocol === protocol)
      .flatMap(({ port }) =>
        addresses
          .filter((one) => one.family === family && (within === null || holds(within, one.value)))
          .map((address) => `${printAddress(address)},${protocol.toLowerCase()}:${port}`),
      ),
  )
}
